import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { useNow } from '@/pages/keys/useNow';
import { usePermissions, useSession } from '@/session';
import { Badge, Muted, type Column } from '@/ui';

import { InvitationMenu, type InvitationAction } from './InvitationMenu';
import { mayManage, type Invitation } from './people';
import { RoleBadges } from './RoleBadges';

export function useInvitationColumns(organizationId: string, onAction: (action: InvitationAction, invitation: Invitation) => void): Column<Invitation>[] {
  const { t } = useTranslation('users');
  const { exactTime, relative } = useFormat();
  const now = useNow();
  const manages = usePermissions(organizationId).can(mayManage);
  const { sendsMail } = useSession();
  const mail = { sent: <Badge state="success">{t('mail.sent')}</Badge>, failed: <Badge state="danger">{t('mail.failed')}</Badge>, off: <Muted>{t('mail.off')}</Muted> };
  const time = (moment: string) => <time dateTime={moment} title={exactTime(moment)}>{relative(moment, now)}</time>;
  const mailColumn: Column<Invitation> = { id: 'mail', header: t('mailState'), width: '11%', cell: ({ mailState }) => mail[mailState] };
  const actions: Column<Invitation> = {
    id: 'actions', header: t('actions'), role: 'actions', width: '56px',
    cell: (invitation) => <InvitationMenu invitation={invitation} sendsMail={sendsMail} onAction={onAction} />,
  };
  return [
    { id: 'email', header: t('address'), role: 'title', width: '30%', cell: ({ email }) => email },
    { id: 'roles', header: t('roles'), width: '24%', cell: (invitation) => <RoleBadges roles={invitation.assignedRoles} /> },
    { id: 'invitedBy', header: t('invitedBy'), width: '22%', cell: ({ invitedBy }) => invitedBy.actorDetails || '–' },
    { id: 'expires', header: t('expires'), width: '13%', cell: ({ expireAt }) => time(expireAt) },
    ...(sendsMail ? [mailColumn] : []),
    // Who may change nothing has no use for menus of things that they may not do.
    ...(manages ? [actions] : []),
  ];
}
