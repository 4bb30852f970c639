import { queryOptions, useQuery } from '@tanstack/react-query';

import { answerOf, api, type Schema } from '@/api';

export type Role = Schema<'RbacRole'>;

/** Everything that is asked about the roles of an organization begins so. */
export const rolesKey = (organizationId: string) => ['roles', organizationId] as const;

/** The roles of an organization, with what they allow and who has them. Takes the permission to manage it. */
export function rolesQuery(organizationId: string) {
  return queryOptions({
    queryKey: [...rolesKey(organizationId), 'list'],
    queryFn: ({ signal }) => loadRoles(organizationId, signal),
  });
}

export async function loadRoles(organizationId: string, signal?: AbortSignal): Promise<Role[]> {
  const call = api.GET('/v1/organizations/{organizationId}/roles', { params: { path: { organizationId } }, ...(signal && { signal }) });
  return (await answerOf(call)).result;
}

export function useRoles(organizationId: string, options: { enabled?: boolean; refetchInterval?: number; refetchOnMount?: 'always' } = {}) {
  return useQuery({ ...rolesQuery(organizationId), ...options });
}
