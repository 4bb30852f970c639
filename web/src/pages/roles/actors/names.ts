import { useQueries, useQuery } from '@tanstack/react-query';

import { answerOf, api } from '@/api';

/** Somebody who can have a role: `user/<id>` or `apiKey/<id>`. */
export type Actor = { ref: string; kind: 'person' | 'key'; name: string; detail?: string };

export function kindOf(ref: string): Actor['kind'] {
  return ref.startsWith('apiKey/') ? 'key' : 'person';
}

export function idOf(ref: string): string {
  return ref.slice(ref.indexOf('/') + 1);
}

/** The people of the organization. */
export function usePeople(organizationId: string, enabled = true) {
  return useQuery({
    queryKey: ['members', organizationId, 'actors'],
    enabled,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/members', { params: { path: { organizationId } }, signal }));
      return result.map(({ userId, name, email }): Actor => ({ ref: `user/${userId}`, kind: 'person', name: name || email, detail: email }));
    },
  });
}

/** The names of these actors, as far as they are known yet: people with one question, keys with one each. */
export function useActorNames(organizationId: string, refs: readonly string[]): (ref: string) => Actor {
  const people = usePeople(organizationId, refs.some((ref) => kindOf(ref) === 'person'));
  const keys = useQueries({
    queries: refs.filter((ref) => kindOf(ref) === 'key').map((ref) => ({
      queryKey: ['keys', organizationId, 'name', idOf(ref)],
      staleTime: 30_000,
      retry: false,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/keys/{keyId}', { params: { path: { organizationId, keyId: idOf(ref) } }, signal }));
        return keyActor(result);
      },
    })),
    combine: (answers) => answers.flatMap(({ data }) => data ?? []),
  });
  return (ref) => {
    const known = people.data?.find((actor) => actor.ref === ref) ?? keys.find((actor) => actor.ref === ref);
    // Somebody who is gone, or whose name one may not see.
    return known ?? { ref, kind: kindOf(ref), name: `…${idOf(ref).slice(-8)}` };
  };
}

export function keyActor({ id, name, keySuffix }: { id: string; name: string; keySuffix: string }): Actor {
  return { ref: `apiKey/${id}`, kind: 'key', name, detail: `••••${keySuffix}` };
}
