import { useQueryClient } from '@tanstack/react-query';

import { answerOf, api, type Schema } from '@/api';

/** What the rows' menus do. Each shows in the list at once, before the list is asked for again. */
export function useKeyChanges(organizationId: string) {
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['keys', organizationId, 'list'] });
  const inPages = (change: (page: Schema<'KeyPage'>) => Schema<'KeyPage'>) =>
    queryClient.setQueriesData<Schema<'KeyPage'>>({ queryKey: ['keys', organizationId, 'list'] }, (page) => page && change(page));

  const forget = (keyId: string) =>
    inPages((page) => {
      const result = page.result.filter((key) => key.id !== keyId);
      return { ...page, result, totalCount: page.totalCount - (page.result.length - result.length) };
    });

  return {
    refresh,
    /** Somebody else has deleted it. */
    forget,
    setState: async (keyId: string, state: Schema<'ApiKey'>['state']) => {
      const { result } = await answerOf(
        api.PATCH('/v1/organizations/{organizationId}/keys/{keyId}', { params: { path: { organizationId, keyId } }, body: { state } }),
      );
      inPages((page) => ({ ...page, result: page.result.map((key) => (key.id === keyId ? result : key)) }));
      refresh();
    },
    remove: async (keyId: string) => {
      await answerOf(api.DELETE('/v1/organizations/{organizationId}/keys/{keyId}', { params: { path: { organizationId, keyId } } }));
      forget(keyId);
      refresh();
    },
  };
}
