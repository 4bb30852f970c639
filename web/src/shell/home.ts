import type { SessionAnswer } from '@/api';

const storageKey = 'gatehouse-organization';

/** Where somebody starts: in the organization they were in last. */
export function homeOf({ organizations }: SessionAnswer) {
  const last = lastOrganization();
  const organization = organizations.find(({ id }) => id === last) ?? organizations[0];
  if (!organization) return { to: '/profile' } as const;
  return { to: '/organizations/$orgId/keys', params: { orgId: organization.id } } as const;
}

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
