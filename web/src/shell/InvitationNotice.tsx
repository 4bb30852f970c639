import { useMatch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Dialog, Icon } from '@/ui';

import { InvitationList } from './InvitationList';
import { useJoin, useOwnInvitations } from './ownInvitations';
import styles from './Sidebar.module.css';

/** Tells, above the profile menu, that somebody has invited one. */
export function InvitationNotice({ onNavigate }: { onNavigate?: (() => void) | undefined }) {
  const { t } = useTranslation('shell');
  const { data: invitations = [] } = useOwnInvitations();
  const [open, setOpen] = useState(false);
  const joining = useJoin();
  const onWelcome = useMatch({ from: '/console/welcome', shouldThrow: false });
  const [first] = invitations;
  if (!first || onWelcome) return null; // the page says it itself
  const joined = () => {
    setOpen(false);
    onNavigate?.();
  };
  return (
    <>
      <button type="button" className={styles.notice} onClick={() => setOpen(true)}>
        <Icon name="email" />
        <span className={styles['notice-text']}>{invitations.length === 1 ? t('invitedTo', { organization: first.organization }) : t('invitedToSeveral', { count: invitations.length })}</span>
        <Icon name="chevron-right" />
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t('invitationsTitle')} description={t('invitationsText')}>
        <InvitationList invitations={invitations} joining={joining} onJoined={joined} />
      </Dialog>
    </>
  );
}
