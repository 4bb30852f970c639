import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { fetchActivities } from './fetchActivities';

const pageSize = 50;

/** The page that is shown, and the way to the others. A new search starts at the newest. */
export function useActivityPages(organizationId: string, search: string) {
  const selection = `${organizationId} ${search}`;
  const [place, setPlace] = useState({ selection, pages: [] as Page[] });
  if (place.selection !== selection) setPlace({ selection, pages: [] });
  const pages = place.selection === selection ? place.pages : [];
  const here = pages.at(-1);
  const page = useQuery({
    queryKey: ['activities', organizationId, search, here?.cursor],
    queryFn: async ({ signal }) => ({
      ...(await fetchActivities(organizationId, { search, cursor: here?.cursor, limit: pageSize, signal })),
      offset: here?.offset ?? 0, // of what is shown, which may still be the page before
    }),
    placeholderData: keepPreviousData,
    // What is old does not change.
    ...(here ? { staleTime: Infinity } : { refetchInterval: search ? 15_000 : 5_000 }),
  });
  const { activities = [], next, offset = 0 } = page.data ?? {};
  const go = (to: Page[]) => {
    setPlace({ selection, pages: to });
    scrollTo({ top: 0 }); // to where the page begins; the focus stays, for who goes on
  };
  return {
    page,
    offset,
    activities,
    onNewer: pages.length > 0 ? () => go(pages.slice(0, -1)) : undefined,
    onOlder: next && !page.isPlaceholderData ? () => go([...pages, { cursor: next, offset: offset + activities.length }]) : undefined,
  };
}

/** Where a page begins. The newest has none. */
type Page = { cursor: string; offset: number };
