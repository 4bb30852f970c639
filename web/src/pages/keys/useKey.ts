import { useQuery } from '@tanstack/react-query';

import { answerOf, api, ApiError, type Schema } from '@/api';

/** The key that a dialog is about, as it is now: somebody may change or delete it meanwhile. */
export function useKey(organizationId: string, row: Schema<'ApiKey'>) {
  const { data, error } = useQuery({
    queryKey: ['keys', organizationId, 'key', row.id],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/v1/organizations/{organizationId}/keys/{keyId}', { params: { path: { organizationId, keyId: row.id } }, signal })),
    placeholderData: { result: row, status: 200, requestId: '' },
    refetchInterval: 5_000,
    gcTime: 0,
  });
  return { key: data?.result ?? row, gone: isGone(error) };
}

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
