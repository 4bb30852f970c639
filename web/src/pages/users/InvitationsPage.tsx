import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { usePermissions } from '@/session';
import { NotAllowed, Page } from '@/ui';

import { InvitationList } from './InvitationList';
import { InviteButton } from './InviteButton';
import { InviteDialog } from './invite';
import { mayView } from './people';
import { PeopleHeader } from './PeopleHeader';

export function InvitationsPage({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('users');
  const allowed = usePermissions(organizationId).can(mayView);
  const [inviting, setInviting] = useState(false);
  const invite = <InviteButton organizationId={organizationId} onClick={() => setInviting(true)} />;
  return (
    <Page>
      <PeopleHeader tab="invitations" actions={allowed && invite} />
      {allowed ? <InvitationList organizationId={organizationId} /> : <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>}
      {inviting && <InviteDialog organizationId={organizationId} onClose={() => setInviting(false)} />}
    </Page>
  );
}
