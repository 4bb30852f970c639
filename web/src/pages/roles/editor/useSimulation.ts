import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { answerOf, api, type Schema } from '@/api';
import type { Policy } from '@/permissions';

import { useSettled } from '../actors';

const pause = 400;

type Options = { organizationId: string; roleId?: string | undefined; policies: readonly Policy[]; actor: string | undefined; alone: boolean };

/** What the draft of a role would change for somebody, once nothing was changed for a moment. */
export function useSimulation({ organizationId, roleId, policies, actor, alone }: Options) {
  const asked = JSON.stringify({ ...(roleId !== undefined && { roleId }), policies, actors: actor === undefined ? [] : [actor], otherRoles: alone ? 'drop' : 'keep' });
  // As text: the same question is the same value.
  const settled = useSettled(asked, pause);
  const query = useQuery({
    queryKey: ['roles', organizationId, 'simulation', settled],
    enabled: actor !== undefined && settled.includes(actor),
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: async ({ signal }) => {
      const body = JSON.parse(settled) as Schema<'RoleSimulateRequest'>;
      const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/roles:simulate', { params: { path: { organizationId } }, body, signal }));
      return result;
    },
  });
  return { ...query, stale: query.isPlaceholderData || settled !== asked };
}
