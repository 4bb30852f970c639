import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { useNow } from '@/pages/keys/useNow';
import { usePermissions, useSession } from '@/session';
import { Avatar, Badge, Muted, type Column } from '@/ui';

import { MemberMenu, type MemberAction } from './MemberMenu';
import { mayManage, nameOf, type Member } from './people';
import { RoleBadges } from './RoleBadges';
import styles from './users.module.css';

export function useMemberColumns(organizationId: string, onAction: (action: MemberAction, member: Member) => void): Column<Member>[] {
  const { t } = useTranslation('users');
  const { date, exactTime, relative } = useFormat();
  const now = useNow();
  const manages = usePermissions(organizationId).can(mayManage);
  const myId = useSession().person?.userId;
  const actions: Column<Member> = {
    id: 'actions', header: t('actions'), role: 'actions', width: '56px',
    cell: (member) => <MemberMenu organizationId={organizationId} member={member} isMe={member.userId === myId} onAction={onAction} />,
  };
  return [
    {
      id: 'person', header: t('person'), role: 'title', width: '30%',
      cell: (member) => (
        <span className={styles.person}>
          <span className={styles.avatar}>
            <Avatar name={nameOf(member)} />
          </span>
          <span className={styles.lines}>
            <span className={styles.name}>
              {nameOf(member)}
              {member.userId === myId && <Badge state="success">{t('you')}</Badge>}
            </span>
            {member.name && <span className={styles.second}>{member.email}</span>}
          </span>
        </span>
      ),
    },
    { id: 'roles', header: t('roles'), width: '26%', cell: (member) => <RoleBadges roles={member.assignedRoles} /> },
    {
      id: 'lastSignIn', header: t('lastSignIn'), width: '14%',
      cell: ({ lastSignInAt }) =>
        lastSignInAt === undefined ? <Muted>{t('never')}</Muted> : <time dateTime={lastSignInAt} title={exactTime(lastSignInAt)}>{relative(lastSignInAt, now)}</time>,
    },
    {
      id: 'secondFactor', header: t('secondFactor'), width: '13%',
      cell: (member) => (member.secondFactor ? <Badge state="success">{t('on')}</Badge> : <Badge state="neutral">{t('off')}</Badge>),
    },
    { id: 'joined', header: t('joined'), width: '13%', cell: ({ joinedAt }) => <time dateTime={joinedAt} title={exactTime(joinedAt)}>{date(joinedAt)}</time> },
    // Who may change nothing has no use for menus of things that they may not do.
    ...(manages ? [actions] : []),
  ];
}
