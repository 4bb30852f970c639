import type { Schema } from '@/api';
import type { Role } from '@/permissions';

/** The system roles, by the names that the API gives them, with the keys of their texts. */
export const organizationRoles = { Admin: 'admin', Billing: 'billing', 'Org API reader': 'orgApiReader', Member: 'member' } as const;
export const serviceRoles = {
  'Service reader': 'serviceReader',
  'Service admin': 'serviceAdmin',
  'Service API reader': 'serviceApiReader',
  'Service API admin': 'serviceApiAdmin',
  'Basic service API reader': 'basicServiceApiReader',
} as const;
export const systemRoles = { ...organizationRoles, ...serviceRoles } as const;

export type OrganizationRole = keyof typeof organizationRoles;
export type ServiceRole = keyof typeof serviceRoles;
export type SystemRole = keyof typeof systemRoles;

/** The choice of no role: a Select has no empty values. */
export const noRole = 'none';
export type NoRole = typeof noRole;

/** What a key needs for Query API endpoints. */
export const forQueryEndpoints: { organizationRole: OrganizationRole; serviceRole: ServiceRole } = {
  organizationRole: 'Member',
  serviceRole: 'Basic service API reader',
};

export function isOrganizationRole(name: string): name is OrganizationRole {
  return Object.hasOwn(organizationRoles, name);
}

export function isServiceRole(name: string): name is ServiceRole {
  return Object.hasOwn(serviceRoles, name);
}

/** The ids of the system roles by their names. */
export type RoleIds = ReadonlyMap<string, string>;

export function roleIdsOf(roles: readonly Role[]): RoleIds {
  return new Map(roles.filter((role) => role.type === 'system').map((role) => [role.name, role.id]));
}

/** They are the same on every Gatehouse: for those who may make keys and not see roles. */
export const knownRoleIds: RoleIds = new Map<SystemRole, string>([
  ['Admin', '48fcc28d-cde6-5f05-9a81-bea0080edcc3'],
  ['Billing', '183d8412-122c-5e6f-84f9-c6851e78ae8a'],
  ['Org API reader', 'f28ad37c-8607-532d-ae4c-ae634719be2a'],
  ['Member', 'cee01017-1ed0-559a-ac4a-61549564cf1e'],
  ['Service reader', '5a5be1c9-db67-5efc-a4cf-abc51852dbf4'],
  ['Service admin', '88194c14-dd7c-5dd7-9296-57e70c44b7ba'],
  ['Service API reader', '805518d0-a88f-51a2-917b-15b2fca6bdb4'],
  ['Service API admin', '95109fc2-f86c-5c61-845d-deb39ff5be94'],
  ['Basic service API reader', 'a552fc20-60eb-54cb-9203-245d862392d9'],
]);

type Assigned = Schema<'AssignedRole'>;

/** The roles of a key as the form shows them: one of each kind, and the rest. */
export function sortRoles(assigned: readonly Assigned[]) {
  const system = assigned.filter((role) => role.roleType === 'system');
  const organization = system.find((role) => isOrganizationRole(role.roleName));
  const service = system.find((role) => isServiceRole(role.roleName));
  return { organization, service, others: assigned.filter((role) => role !== organization && role !== service) };
}
