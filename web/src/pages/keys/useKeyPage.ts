import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { answerOf, api, liveList } from '@/api';

import type { KeyFilter } from './useKeyFilter';

const pageSize = 50;

/**
 * The page of the list that is open, kept up to date. `hold` stops that for a
 * while: rows must not move under an open menu. Of another organization it has
 * to be another one (`key`), or the rows of the one before would be shown.
 */
export function useKeyPage(organizationId: string, filter: KeyFilter, hold: boolean) {
  const { search, status, sort, order } = filter;
  const list = JSON.stringify(filter);
  // The cursors of the pages up to this one: a cursor leads forwards only.
  const [trail, setTrail] = useState<{ list: string; cursors: readonly string[] }>({ list, cursors: [] });
  const cursors = trail.list === list ? trail.cursors : [];
  const cursor = cursors.at(-1);
  const query = useQuery({
    queryKey: ['keys', organizationId, 'list', filter, cursor],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET('/v1/organizations/{organizationId}/keys', {
          params: {
            path: { organizationId },
            query: { limit: pageSize, sort, order, ...(search && { search }), ...(status && { status: [status] }), ...(cursor && { cursor }) },
          },
          signal,
        }),
      ),
    ...liveList,
    ...(hold && { refetchInterval: false as const, refetchOnWindowFocus: false }),
  });
  const { data: page, isPlaceholderData: stale } = query;
  // Somebody deleted the last keys of the last page.
  if (page && !stale && page.result.length === 0 && cursors.length > 0) setTrail({ list, cursors: cursors.slice(0, -1) });
  const next = page?.nextCursor;
  return {
    ...query,
    page,
    /** What is shown belongs to another page or filter; the right one is on its way. */
    stale,
    offset: cursors.length * pageSize,
    previous: cursors.length > 0 ? () => setTrail({ list, cursors: cursors.slice(0, -1) }) : undefined,
    next: next && !stale ? () => setTrail({ list, cursors: [...cursors, next] }) : undefined,
    first: () => setTrail({ list, cursors: [] }),
  };
}
