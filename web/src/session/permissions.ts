import { useSession } from './session';

/**
 * What the person may do in an organization:
 * `usePermissions(orgId).can('control-plane:organization:create-api-keys')`.
 */
export function usePermissions(organizationId: string) {
  const permissions = useMembership(organizationId)?.permissions ?? [];
  return { can: (permission: string) => permissions.includes(permission) };
}

/** What the person may do with services. A service that a policy names stands by itself. */
export function useServicePermissions(organizationId: string) {
  const known = useMembership(organizationId)?.servicePermissions ?? {};
  return {
    can: (permission: string, serviceId: string) => (known[`instance/${serviceId}`] ?? known['instance/*'] ?? []).includes(permission),
  };
}

function useMembership(organizationId: string) {
  return useSession().organizations.find((organization) => organization.id === organizationId);
}
