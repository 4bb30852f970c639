import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { answerOf, api } from '@/api';
import { usePermissions } from '@/session';

import { keyActor, usePeople, type Actor } from './names';

/** As many of each kind are offered. */
const most = 6;
const pause = 200;

/** People and keys with these letters in their name, their address or the Key ID. */
export function useActorSearch(organizationId: string, text: string, open: boolean) {
  const { can } = usePermissions(organizationId);
  const search = useSettled(text.trim(), pause);
  const people = usePeople(organizationId, open);
  const keys = useQuery({
    queryKey: ['keys', organizationId, 'search', search],
    enabled: open && can('control-plane:organization:view-api-keys'),
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { limit: most, sort: 'name', order: 'asc', ...(search && { search }) } as const;
      const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/keys', { params: { path: { organizationId }, query }, signal }));
      return result.map(keyActor);
    },
  });
  const wanted = text.trim().toLocaleLowerCase();
  const matches = ({ name, detail = '' }: Actor) => `${name}\n${detail}`.toLocaleLowerCase().includes(wanted);
  return {
    found: [...(people.data ?? []).filter(matches).slice(0, most), ...(keys.data ?? [])],
    searching: people.isLoading || keys.isLoading || keys.isPlaceholderData || search !== text.trim(),
  };
}

/** The value once it has not changed for a while. */
export function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
