import type { Schema } from '@/api';
import { isOrganizationRole, knownRoleIds } from '@/pages/keys/form/roles';
import { useRoles, type Policy } from '@/permissions';

export type RoleChoice = Pick<Schema<'AssignedRole'>, 'roleId' | 'roleName' | 'roleType'> & { policies: readonly Policy[] };

/** Those that every organization has. */
const systemChoices = [...knownRoleIds].map(([roleName, roleId]): RoleChoice => ({ roleId, roleName, roleType: 'system', policies: [] }));

/** The roles that there are to choose from. The system roles are there before the answer, so that they do not move under the pointer when it comes. */
export function useRoleChoices(organizationId: string) {
  const { data, isPending, isError, error, refetch } = useRoles(organizationId);
  const choices = data?.map(({ id, name, type, policies }): RoleChoice => ({ roleId: id, roleName: name, roleType: type, policies }));
  return { organizationId, data: isPending ? systemChoices : choices, isPending, isError, error, refetch };
}

/** For the organization itself, for services, and those made here. */
export function groupRoles(choices: readonly RoleChoice[]) {
  const system = choices.filter((role) => role.roleType === 'system');
  return [
    { group: 'organizationRoles', roles: system.filter((role) => isOrganizationRole(role.roleName)) },
    { group: 'serviceRoles', roles: system.filter((role) => !isOrganizationRole(role.roleName)) },
    { group: 'customRoles', roles: choices.filter((role) => role.roleType === 'custom') },
  ] as const;
}

/** What somebody gets unless another role is chosen. */
export function defaultRoles(choices: readonly RoleChoice[]): string[] {
  return choices.filter((role) => role.roleType === 'system' && role.roleName === 'Member').map((role) => role.roleId);
}
