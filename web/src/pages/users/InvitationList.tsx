import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Card, EmptyState, FailedBanner, Table } from '@/ui';

import { InvitationLinkDialog } from './InvitationLinkDialog';
import { useInvitations, type Invitation } from './people';
import { RevokeDialog } from './RevokeDialog';
import { useInvitationColumns } from './useInvitationColumns';
import { useNewLink } from './useNewLink';
import { useResend } from './useResend';
import styles from './users.module.css';

/** The invitations that nobody has accepted yet. */
export function InvitationList({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('users');
  const invitations = useInvitations(organizationId);
  const [revoked, setRevoked] = useState<Invitation>();
  const link = useNewLink(organizationId);
  const resend = useResend(organizationId);
  const actions = { link: link.make, resend, revoke: setRevoked };
  const columns = useInvitationColumns(organizationId, (action, invitation) => actions[action](invitation));
  if (invitations.isError && !invitations.data) return <FailedBanner title={t('invitationsFailed')} error={invitations.error} onRetry={invitations.refetch} />;
  return (
    <>
      {invitations.data?.length === 0 ? (
        <Card>
          <EmptyState icon="users" title={t('noInvitationsTitle')}>
            {t('noInvitationsText')}
          </EmptyState>
        </Card>
      ) : (
        <div className={styles.table}>
          <Table
            caption={t('tabs.invitations')}
            columns={columns}
            rows={invitations.data ?? []}
            rowKey={(invitation) => invitation.id}
            loading={invitations.isPending}
            loadingRows={3}
            fixed
          />
        </div>
      )}
      <InvitationLinkDialog {...link} />
      {revoked && <RevokeDialog organizationId={organizationId} invitation={revoked} onClose={() => setRevoked(undefined)} />}
    </>
  );
}
