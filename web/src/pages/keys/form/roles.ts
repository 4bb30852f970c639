import { answerOf, api, type Schema } from '@/api';

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

export const rolesKey = (organizationId: string) => ['roles', organizationId] as const;

/** The ids of the system roles by their names. */
export type RoleIds = ReadonlyMap<string, string>;

export async function loadRoleIds(organizationId: string): Promise<RoleIds> {
  const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/roles', { params: { path: { organizationId } } }));
  return new Map(result.filter((role) => role.type === 'system').map((role) => [role.name, role.id]));
}

type Assigned = Schema<'AssignedRole'>;

/** The roles of a key as the form shows them: one of each kind, and the rest. */
export function sortRoles(assigned: readonly Assigned[]) {
  const system = assigned.filter((role) => role.roleType === 'system');
  const organization = system.find((role) => isOrganizationRole(role.roleName));
  const service = system.find((role) => isServiceRole(role.roleName));
  return { organization, service, others: assigned.filter((role) => role !== organization && role !== service) };
}
