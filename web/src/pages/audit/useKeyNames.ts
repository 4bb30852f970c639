import { useQuery } from '@tanstack/react-query';

import { answerOf, api } from '@/api';
import { usePermissions } from '@/session';

import type { Activity } from './fetchActivities';

const none: ReadonlyMap<string, string> = new Map();

/**
 * The names of the keys that activities are about, as they are called now. One
 * question, of the newest keys: older and deleted ones are shown by their ids.
 */
export function useKeyNames(organizationId: string, activities: readonly Activity[]): ReadonlyMap<string, string> {
  const { can } = usePermissions(organizationId);
  const wanted = activities.some(({ targetKeyId }) => targetKeyId) && can('control-plane:organization:view-api-keys');
  const keys = useQuery({
    queryKey: ['keys', organizationId, 'names'],
    enabled: wanted,
    staleTime: 30_000,
    retry: false, // it does without
    queryFn: async ({ signal }) => {
      const query = { limit: 250, sort: 'createdAt', order: 'desc' } as const;
      const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/keys', { params: { path: { organizationId }, query }, signal }));
      return new Map(result.map(({ id, name }) => [id, name]));
    },
  });
  return keys.data ?? none;
}
