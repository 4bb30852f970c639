import { useQueryClient } from '@tanstack/react-query';

import { api, type Schema } from '@/api';

import { useThisService } from '../page/context';
import { servicesKey } from '../useServices';

export type Entry = Schema<'ScheduleEntry'>;
type EntryRequest = Schema<'ScheduleEntryRequest'>;

/** Puts other entries in the place of all that there are. */
export function useSaveSchedule() {
  const { organizationId, service } = useThisService();
  const queryClient = useQueryClient();
  const params = { path: { organizationId, serviceId: service.id } };
  return async (entries: readonly EntryRequest[]) => {
    const path = '/v1/organizations/{organizationId}/services/{serviceId}/scalingSchedule';
    await (entries.length === 0 ? api.DELETE(path, { params }) : api.POST(path, { params, body: { entries: [...entries] } }));
    await queryClient.invalidateQueries({ queryKey: servicesKey(organizationId) });
  };
}

/** An entry as it is sent again. What is the same as ever stays away, or it would be kept when the usual size changes. */
export function requestOf({ id: _, isActiveNow: __, minReplicas, maxReplicas, ...entry }: Entry): EntryRequest {
  if (entry.autoscalingMode === 'vertical') return { ...entry, ...(minReplicas !== undefined && { numReplicas: minReplicas }) };
  return { ...entry, ...(minReplicas !== undefined && maxReplicas !== undefined && { minReplicas, maxReplicas }) };
}
