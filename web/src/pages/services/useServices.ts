import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';

import { answerOf, api, ApiError, liveList, type Schema } from '@/api';

import { isPassing, type Command, type Service } from './service';

/** While something passes, the next state is only a moment away. */
const quick = 1_500;

/** Everything that is asked about the services of an organization begins so. */
export const servicesKey = (organizationId: string) => ['services', organizationId] as const;
const listKey = (organizationId: string) => [...servicesKey(organizationId), 'list'] as const;
export const serviceKey = (organizationId: string, serviceId: string) => [...servicesKey(organizationId), 'one', serviceId] as const;

/** The services of an organization that the person may see. */
export function servicesQuery(organizationId: string) {
  return queryOptions({
    queryKey: listKey(organizationId),
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/organizations/{organizationId}/services', { params: { path: { organizationId } }, signal }))).result,
  });
}

/** The same, kept up to date. */
export function useServices(organizationId: string) {
  return useQuery({
    ...servicesQuery(organizationId),
    ...liveList,
    refetchInterval: ({ state }) => (state.data?.some(isPassing) ? quick : liveList.refetchInterval),
  });
}

/** One of them. `gone`: it is not there, or not for this person. */
export function useService(organizationId: string, serviceId: string) {
  const queryClient = useQueryClient();
  const query = useQuery<Service>({
    queryKey: serviceKey(organizationId, serviceId),
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/organizations/{organizationId}/services/{serviceId}', { params: { path: { organizationId, serviceId } }, signal }))).result,
    // Who comes from the list has seen it already.
    placeholderData: () => queryClient.getQueryData<Service[]>(listKey(organizationId))?.find(({ id }) => id === serviceId),
    refetchInterval: ({ state }) => (state.data && isPassing(state.data) ? quick : liveList.refetchInterval),
  });
  return { ...query, gone: isGone(query.error) };
}

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** What is done to services. Each change shows at once wherever the service is shown. */
export function useServiceChanges(organizationId: string) {
  const queryClient = useQueryClient();
  const path = (serviceId: string) => ({ params: { path: { organizationId, serviceId } } });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: servicesKey(organizationId) });
  const take = (service: Service) => {
    queryClient.setQueryData(serviceKey(organizationId, service.id), service);
    queryClient.setQueryData<Service[]>(listKey(organizationId), (list) => list?.map((one) => (one.id === service.id ? service : one)));
    refresh();
    return service;
  };
  return {
    refresh,
    take,
    setState: async (serviceId: string, command: Command) => {
      const { result } = await answerOf(api.PATCH('/v1/organizations/{organizationId}/services/{serviceId}/state', { ...path(serviceId), body: { command } }));
      return take(result);
    },
    /** Comes back when the service is so. */
    until: async (serviceId: string, is: (service: Service) => boolean, signal: AbortSignal) => {
      for (;;) {
        const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/services/{serviceId}', { ...path(serviceId), signal }));
        take(result);
        if (is(result)) return;
        await pause(1_000, signal);
      }
    },
    update: async (serviceId: string, body: Schema<'ServicePatchRequest'>) => {
      const { result } = await answerOf(api.PATCH('/v1/organizations/{organizationId}/services/{serviceId}', { ...path(serviceId), body }));
      return take(result);
    },
    remove: async (serviceId: string) => {
      await answerOf(api.DELETE('/v1/organizations/{organizationId}/services/{serviceId}', path(serviceId)));
      refresh();
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('Nobody waits any more', 'AbortError'));
    });
  });
}
