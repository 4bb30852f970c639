import { useState } from 'react';

import { usePermissions } from '@/session';
import { Page } from '@/ui';

import { InvitationList } from './InvitationList';
import { InviteButton } from './InviteButton';
import { InviteDialog } from './invite';
import { NotAllowed } from './NotAllowed';
import { mayView } from './people';
import { PeopleHeader } from './PeopleHeader';

export function InvitationsPage({ organizationId }: { organizationId: string }) {
  const allowed = usePermissions(organizationId).can(mayView);
  const [inviting, setInviting] = useState(false);
  const invite = <InviteButton organizationId={organizationId} onClick={() => setInviting(true)} />;
  return (
    <Page>
      <PeopleHeader tab="invitations" actions={allowed && invite} />
      {allowed ? <InvitationList organizationId={organizationId} /> : <NotAllowed />}
      {inviting && <InviteDialog organizationId={organizationId} onClose={() => setInviting(false)} />}
    </Page>
  );
}
