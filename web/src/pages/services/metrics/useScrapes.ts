import { useQuery, useQueryClient } from '@tanstack/react-query';

import { answerOf, api } from '@/api';

import { useThisService } from '../page/context';
import type { Scrape } from './charts';
import { samplesOf } from './exposition';

const interval = 5_000;
/** Five minutes. */
const most = 61;

/** The measurements since somebody began to look, the newest last. They stay for a while when another page is opened. */
export function useScrapes(enabled: boolean) {
  const { organizationId, service } = useThisService();
  const queryClient = useQueryClient();
  const queryKey = ['metrics', organizationId, service.id];
  return useQuery({
    queryKey,
    enabled,
    refetchInterval: interval,
    staleTime: interval,
    structuralSharing: false,
    queryFn: async ({ signal }): Promise<readonly Scrape[]> => {
      const text = await answerOf(
        api.GET('/v1/organizations/{organizationId}/services/{serviceId}/prometheus', {
          params: { path: { organizationId, serviceId: service.id }, query: { filtered_metrics: 'true' } },
          parseAs: 'text',
          signal,
        }),
      );
      const before = queryClient.getQueryData<readonly Scrape[]>(queryKey) ?? [];
      return [...before, { at: Date.now(), samples: samplesOf(text) }].slice(-most);
    },
  });
}
