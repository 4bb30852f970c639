import type { SessionAnswer, SessionOrganization } from '@/api';

const storageKey = 'gatehouse-organization';

/** Where somebody starts: in the organization they were in last. */
export function homeOf({ organizations }: SessionAnswer) {
  const last = lastOrganization();
  const organization = organizations.find(({ id }) => id === last) ?? organizations[0];
  if (!organization) return { to: '/welcome' } as const;
  return homeIn(organization);
}

/** The first page of an organization that somebody may see; else that which says what is missing. */
export function homeIn({ id, permissions, servicePermissions }: SessionOrganization) {
  const ofServices = Object.values(servicePermissions).flat();
  const page = pages.find(({ needs }) => permissions.includes(needs) || ofServices.includes(needs)) ?? pages[0];
  return { to: page.to, params: { orgId: id } } as const;
}

const pages = [
  { to: '/organizations/$orgId/keys', needs: 'control-plane:organization:view-api-keys' },
  { to: '/organizations/$orgId/users', needs: 'control-plane:organization:view' },
  { to: '/organizations/$orgId/audit', needs: 'control-plane:organization:view-activities' },
  { to: '/organizations/$orgId/services', needs: 'control-plane:service:view' }, // of one at least
] as const;

export function rememberOrganization(id: string) {
  try {
    localStorage.setItem(storageKey, id);
  } catch {
    // Storage is switched off: the first one it is next time.
  }
}

export function lastOrganization(): string | undefined {
  try {
    return localStorage.getItem(storageKey) ?? undefined;
  } catch {
    return undefined;
  }
}
