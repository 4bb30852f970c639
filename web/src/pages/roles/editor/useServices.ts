import { useQuery } from '@tanstack/react-query';

import { ApiError } from '@/api';
import { send } from '@/api/send';
import { z } from '@/zod';

const answer = z.object({ result: z.array(z.object({ id: z.string(), name: z.string() })) });

type Service = z.infer<typeof answer>['result'][number];

/** The services of the organization; undefined as long as Gatehouse has none to tell of. */
export function useServices(organizationId: string, enabled: boolean): readonly Service[] | undefined {
  const { data } = useQuery({
    queryKey: ['services', organizationId, 'names'],
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      try {
        const response = await send(new Request(new URL(`/v1/organizations/${organizationId}/services`, location.origin), { signal }));
        return answer.parse(await response.json()).result;
      } catch (error) {
        if (error instanceof ApiError) return null; // 501 until there are services; without permission an id can still be typed
        throw error;
      }
    },
  });
  return data ?? undefined;
}
