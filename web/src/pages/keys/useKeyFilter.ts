import { useNavigate, useSearch } from '@tanstack/react-router';

import type { Sort } from '@/ui';

import { statuses, type KeyStatus } from './status';

const route = '/console/organizations/$orgId/keys';
const sorts = ['createdAt', 'name', 'status', 'expireAt', 'usedAt', 'creator'] as const;
/** Newest first: a key that was just made is where one looks. */
const usual = { sort: 'createdAt', order: 'desc' } as const;
/** Longer ones the server refuses. */
const longestSearch = 255;

export type KeyFilter = { search: string; status: KeyStatus | undefined; sort: (typeof sorts)[number]; order: 'asc' | 'desc' };

/** What the list shows, which is kept in the address: a link and a reload show the same. */
export function useKeyFilter() {
  const given = useSearch({ from: route });
  const navigate = useNavigate({ from: '/organizations/$orgId/keys' });
  const sort = sorts.find((known) => known === given.sort);
  const filter: KeyFilter = {
    search: given.search?.trim() ?? '',
    status: statuses.find((known) => known === given.status),
    sort: sort ?? usual.sort,
    order: given.order ?? (sort ? 'asc' : usual.order),
  };
  // Replaced, not pushed: otherwise the way back would lead through every letter.
  const change = (next: Partial<typeof given>) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false });
  return {
    filter,
    /** Whether it leaves anything out. */
    narrows: filter.search !== '' || filter.status !== undefined,
    setSearch: (search: string) => change({ search: search.trim().slice(0, longestSearch) || undefined }),
    setStatus: (status: KeyStatus | undefined) => change({ status }),
    setSort: ({ column, order }: Sort) => change(column === usual.sort && order === usual.order ? { sort: undefined, order: undefined } : { sort: column, order }),
    clear: () => change({ search: undefined, status: undefined }),
  };
}
