import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { useSession } from '@/session';
import { InvitationList } from '@/shell/InvitationList';
import { useJoin, useOwnInvitations } from '@/shell/ownInvitations';
import { Banner, Button, Card, EmptyState, LinkButton, Page, PageHeader, Section, Skeleton } from '@/ui';

/** For somebody who is in no organization: what they are invited to, or whom to ask. */
export default function WelcomePage() {
  const { t } = useTranslation(['shell', 'common']);
  const { person, organizations } = useSession();
  const invitations = useOwnInvitations({ every: 5_000 });
  const joining = useJoin();
  return (
    <Page narrow>
      <PageHeader title={t('welcomeTitle')} description={person && t('signedInAs', { email: person.email })} />
      {invitations.isPending ? (
        <Skeleton height={120} />
      ) : invitations.isError && !invitations.data ? (
        <Banner kind="danger" title={t('invitationsFailed')} action={<Button onClick={() => void invitations.refetch()}>{t('common:retry')}</Button>}>
          {errorText(invitations.error)}
        </Banner>
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
