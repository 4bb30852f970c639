import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { ApiError, type Schema } from '@/api';
import { loadRoles, rolesQuery, useRoles, type Role } from '@/permissions';

import { knownRoleIds, roleIdsOf, type RoleIds } from './roles';
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

/** The roles to choose from, asked for while the form is filled in, and their ids when it is sent. */
export function useFormRoles(organizationId: string): { custom: readonly Role[]; roleIds: () => Promise<RoleIds> } {
  const queryClient = useQueryClient();
  const { data } = useRoles(organizationId);
  const roleIds = async () => {
    const known = queryClient.getQueryData(rolesQuery(organizationId).queryKey);
    if (known) return roleIdsOf(known);
    try {
      // Not by the query: that goes on for ever while there is no connection.
      return roleIdsOf(await loadRoles(organizationId));
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return knownRoleIds;
      throw error;
    }
  };
  return { custom: data?.filter((role) => role.type === 'custom') ?? [], roleIds };
}
