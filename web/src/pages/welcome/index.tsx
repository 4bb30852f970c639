import { useTranslation } from 'react-i18next';

import { useSession } from '@/session';
import { InvitationList } from '@/shell/InvitationList';
import { useJoin, useOwnInvitations } from '@/shell/ownInvitations';
import { Card, EmptyState, FailedBanner, LinkButton, Page, PageHeader, Section, Skeleton } from '@/ui';

/** For somebody who is in no organization: what they are invited to, or whom to ask. */
export default function WelcomePage() {
  const { t } = useTranslation('shell');
  const { person, organizations } = useSession();
  const invitations = useOwnInvitations({ every: 5_000 });
  const joining = useJoin();
  return (
    <Page narrow>
      <PageHeader title={t('welcomeTitle')} description={person && t('signedInAs', { email: person.email })} />
      {invitations.isPending ? (
        <Skeleton height={120} />
      ) : invitations.isError && !invitations.data ? (
        <FailedBanner title={t('invitationsFailed')} error={invitations.error} onRetry={invitations.refetch} />
      ) : invitations.data.length > 0 ? (
        <Section title={t('invitationsTitle')} description={t('invitationsText')}>
          <InvitationList invitations={invitations.data} joining={joining} />
        </Section>
      ) : (
        <Card>
          {organizations.length > 0 ? (
            <EmptyState icon="email" title={t('noInvitationTitle')} action={<LinkButton to="/">{t('home')}</LinkButton>}>
              {t('noInvitationText')}
            </EmptyState>
          ) : (
            <EmptyState icon="building" title={t('noOrganizationTitle')}>
              {t('noOrganizationText')}
            </EmptyState>
          )}
        </Card>
      )}
    </Page>
  );
}
