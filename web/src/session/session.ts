import { queryOptions, useQuery, useQueryClient, useSuspenseQuery, type QueryClient } from '@tanstack/react-query';

import { auth, type SessionAnswer } from '@/api';

/** Who is signed in. Asked now and then, because roles change, and at once when an answer refuses something. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => withoutSecrets(await auth.session()),
  staleTime: 30_000,
  refetchInterval: 30_000,
  gcTime: Infinity,
});

/** Who is signed in, for a route that has to know before it shows anything. */
export function sessionOf(queryClient: QueryClient): Promise<SessionAnswer> {
  return queryClient.query({ ...sessionQuery, staleTime: 'static' });
}

/** Of a page behind sign-in: the session is there. */
export function useSession(): SessionAnswer {
  return useSuspenseQuery(sessionQuery).data;
}

/** Of any page: undefined as long as Gatehouse has not said. */
export function useMaybeSession(): SessionAnswer | undefined {
  return useQuery(sessionQuery).data;
}

/** Takes over the answer of a sign-in, a set-up or a changed profile. */
export function useTakeSession(): (answer: SessionAnswer) => void {
  const queryClient = useQueryClient();
  return (answer) => takeSession(queryClient, answer);
}

/** Somebody else's data must not outlive their session. */
export function takeSession(queryClient: QueryClient, answer: SessionAnswer) {
  const before = queryClient.getQueryData(sessionQuery.queryKey);
  if (before?.person?.userId !== answer.person?.userId) {
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
  }
  queryClient.setQueryData(sessionQuery.queryKey, withoutSecrets(answer));
}

function withoutSecrets({ recoveryCode: _, ...answer }: SessionAnswer): SessionAnswer {
  return answer;
}
