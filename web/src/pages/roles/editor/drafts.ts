import { allServices, databaseAccess, isOfOrganization, organizationPermissions, servicePermissions, type Policy } from '@/permissions';

export type Section = 'organization' | 'services' | 'sql';
export const sections = ['organization', 'services', 'sql'] as const satisfies readonly Section[];

/**
 * A policy while it is edited. It is kept as it came, so that what this editor
 * has no checkbox for is saved again as it was.
 */
export type Draft = {
  id: string;
  section: Section;
  policy: Policy;
  /** The permissions it came with that its section has no checkbox for. */
  others: readonly string[];
};

const offered: Record<Section, readonly string[]> = { organization: organizationPermissions, services: servicePermissions, sql: [databaseAccess] };

/** The policies of a role in their order, and for each section without one an empty one to fill in. */
export function draftsOf(policies: readonly Policy[], organizationId: string): Draft[] {
  const drafts = policies.map(draftOf);
  const missing = sections.filter((section) => !drafts.some((draft) => draft.section === section && draft.policy.allowDeny === 'ALLOW'));
  return [...drafts, ...missing.map((section) => newDraft(section, 'ALLOW', organizationId))];
}

/** What is saved: policies that say something, in their order. */
export function policiesOf(drafts: readonly Draft[]): Policy[] {
  return saved(drafts).map(({ policy }) => policy);
}

/** The drafts that become policies: the first is `policies[0]` in what the server says. */
export function saved(drafts: readonly Draft[]): Draft[] {
  return drafts.filter(({ policy }) => policy.permissions.length > 0);
}

let lastId = 0;

function draftOf({ allowDeny, permissions, resources, tags }: Policy): Draft {
  const policy = { allowDeny, permissions, resources, ...(tags && { tags }) };
  const section = sectionOf(policy);
  return { id: nextId(), section, policy, others: permissions.filter((permission) => !offered[section].includes(permission)) };
}

export function newDraft(section: Section, allowDeny: Policy['allowDeny'], organizationId: string): Draft {
  const resources = section === 'organization' ? [`organization/${organizationId}`] : [allServices];
  return { id: nextId(), section, policy: { allowDeny, permissions: [], resources }, others: [] };
}

function nextId(): string {
  lastId += 1;
  return `policy-${lastId}`;
}

function sectionOf(policy: Policy): Section {
  if (isOfOrganization(policy)) return 'organization';
  return policy.permissions.length > 0 && policy.permissions.every((permission) => permission === databaseAccess) ? 'sql' : 'services';
}

/** With or without these permissions; those that stay keep their order. */
export function withPermissions(policy: Policy, permissions: readonly string[], on: boolean): Policy {
  const rest = policy.permissions.filter((permission) => !permissions.includes(permission));
  if (!on) return { ...policy, permissions: rest };
  return { ...policy, permissions: [...policy.permissions, ...permissions.filter((permission) => !policy.permissions.includes(permission))] };
}

/** Whether two lists of policies say the same in the same order. The order of permissions says nothing. */
export function samePolicies(some: readonly Policy[], others: readonly Policy[]): boolean {
  return JSON.stringify(some.map(comparable)) === JSON.stringify(others.map(comparable));
}

function comparable({ allowDeny, permissions, resources, tags }: Policy) {
  return [allowDeny, [...permissions].sort(), resources, tags?.roleV2 ?? '', tags?.grants ?? []];
}

/** How much access to databases a policy gives. */
export type SqlAccess = 'none' | 'readonly' | 'admin' | 'grants';

export function sqlAccessOf({ permissions, tags }: Policy): SqlAccess {
  if (!permissions.includes(databaseAccess)) return 'none';
  if (tags?.roleV2 === 'sql-console-admin') return 'admin';
  return tags?.roleV2 === 'sql-console-readonly' ? 'readonly' : 'grants';
}

export function withSqlAccess(policy: Policy, access: SqlAccess): Policy {
  const { roleV2: _, ...tags } = policy.tags ?? {};
  const next = withPermissions(policy, [databaseAccess], access !== 'none');
  if (access === 'none') return next; // what was chosen is there again when it is given again
  if (access === 'grants') return { ...next, tags: { ...tags, grants: tags.grants?.length ? tags.grants : [''] } };
  return { ...next, tags: { ...tags, roleV2: access === 'admin' ? 'sql-console-admin' : 'sql-console-readonly' } };
}

export function withGrants(policy: Policy, grants: string[]): Policy {
  const { grants: _, ...tags } = policy.tags ?? {};
  return { ...policy, tags: { ...tags, ...(grants.length > 0 && { grants }) } };
}

/** The policies without rows that are still empty, and without those that then say nothing. */
export function complete(policies: readonly Policy[]): Policy[] {
  return policies
    .map((policy) => withGrants({ ...policy, resources: policy.resources.filter((resource) => !resource.endsWith('/')) }, policy.tags?.grants?.filter((grant) => grant.trim()) ?? []))
    .filter((policy) => policy.resources.length > 0 && (sqlAccessOf(policy) !== 'grants' || policy.allowDeny === 'DENY' || policy.tags?.grants));
}
