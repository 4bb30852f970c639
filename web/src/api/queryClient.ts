import { keepPreviousData, QueryClient } from '@tanstack/react-query';

import { ApiError, ConnectionError } from './error';

/**
 * Questions are asked again, for as long as it takes, while Gatehouse does not
 * answer; commands never are: nobody knows whether the first one arrived.
 */
export function newQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always', // Gatehouse may be on this machine: being offline says nothing
        retry: (_, error) => isPassing(error),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
        staleTime: 2_000,
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Options of a list that is kept up to date while somebody looks at it. */
export const liveList = { refetchInterval: 5_000, placeholderData: keepPreviousData } as const;

/** Whether asking again may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status === 503);
}
