import { useTranslation } from 'react-i18next';

import type { OwnInvitation } from '@/api';
import { useFormat } from '@/format';
import { Banner, Button } from '@/ui';

import styles from './InvitationList.module.css';
import type { useJoin } from './ownInvitations';

type Props = { invitations: readonly OwnInvitation[]; joining: ReturnType<typeof useJoin>; onJoined?: () => void };

/** The organizations that one is invited to, each with a button to join. */
export function InvitationList({ invitations, joining: { busy, error, join }, onJoined }: Props) {
  const { t, i18n } = useTranslation('shell');
  const { relative } = useFormat();
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  const accept = async (invitation: OwnInvitation) => {
    if (await join(invitation)) onJoined?.();
  };
  return (
    <div className={styles.list}>
      {error && <Banner kind="danger">{error}</Banner>}
      <ul className={styles.items}>
        {invitations.map((invitation) => (
          <li key={invitation.id} className={styles.item}>
            <div className={styles.texts}>
              <p className={styles.organization}>{invitation.organization}</p>
              <p className={styles.second}>
                {invitation.roles.length > 0 && `${t('yourRoles', { count: invitation.roles.length, roles: list.format(invitation.roles) })} `}
                {invitation.invitedBy && `${t('invitedBy', { name: invitation.invitedBy })} `}
                {t('expires', { relative: relative(invitation.expireAt) })}
              </p>
            </div>
            <Button kind="primary" busy={busy === invitation.id} aria-label={t('joinNamed', { organization: invitation.organization })} onClick={() => void accept(invitation)}>
              {t('join')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
