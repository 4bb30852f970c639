import { useParams } from '@tanstack/react-router';

import { InvitationsPage } from './InvitationsPage';
import { MembersPage } from './MembersPage';

export function Members() {
  const { orgId } = useParams({ from: '/console/organizations/$orgId/users' });
  return <MembersPage key={orgId} organizationId={orgId} />;
}

export function Invitations() {
  const { orgId } = useParams({ from: '/console/organizations/$orgId/users/invitations' });
  return <InvitationsPage key={orgId} organizationId={orgId} />;
}
