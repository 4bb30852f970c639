import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';

import { loadRoleIds, rolesKey, type RoleIds } from './roles';
import { keySchema, newKeyValues, valuesOf, type KeyValues } from './values';

/** The form, empty or of a key. */
export function useKeyForm(edited?: Schema<'ApiKey'>) {
  const { t } = useTranslation('keyForm');
  return useForm<KeyValues>({
    resolver: zodResolver(keySchema(t, edited)),
    defaultValues: edited ? valuesOf(edited) : newKeyValues,
    // Told while typing, but not at the first letter of an address.
    mode: 'onChange',
    delayError: 500,
  });
}

/** Asks for the ids of the roles while the form is filled in. The function returns them when it is sent. */
export function useRoleIds(organizationId: string): () => Promise<RoleIds> {
  const queryClient = useQueryClient();
  const queryKey = rolesKey(organizationId);
  useQuery({ queryKey, queryFn: () => loadRoleIds(organizationId), staleTime: Infinity });
  // Not by the query: that goes on for ever while there is no connection.
  return async () => queryClient.getQueryData<RoleIds>(queryKey) ?? loadRoleIds(organizationId);
}
