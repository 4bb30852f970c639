import { useSession } from './session';

/**
 * What the person may do in an organization:
 * `usePermissions(orgId).can('control-plane:organization:create-api-keys')`.
 */
export function usePermissions(organizationId: string) {
  const { organizations } = useSession();
  const permissions = organizations.find((organization) => organization.id === organizationId)?.permissions ?? [];
  return { can: (permission: string) => permissions.includes(permission) };
}
