import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { ApiError, type Schema } from '@/api';
import { useServices } from '@/pages/services/useServices';
import { loadRoles, rolesKey, rolesQuery, useRoles, type Role } from '@/permissions';

import { withLimitedRole } from './limitedRole';
import { knownRoleIds, roleIdsOf, type RoleIds } from './roles';
import { keySchema, newKeyValues, valuesOf, type KeyValues } from './values';

/** The form, empty or of a key. */
export function useKeyForm(edited?: Schema<'ApiKey'>) {
  const { t } = useTranslation('keyForm');
  const { t: addressWords } = useTranslation('addresses');
  return useForm<KeyValues>({
    resolver: zodResolver(keySchema(t, addressWords, edited)),
    defaultValues: edited ? valuesOf(edited) : newKeyValues,
    // Told while typing, but not at the first letter of an address.
    mode: 'onChange',
    delayError: 500,
  });
}

/**
 * The roles and services to choose from, asked for while the form is filled in, and the
 * ids of the roles when it is sent. `limit` puts a custom role in the place of a service
 * role for some services.
 */
export function useFormRoles(organizationId: string) {
  const queryClient = useQueryClient();
  const { data } = useRoles(organizationId);
  const { data: services = none } = useServices(organizationId);
  const roleIds = async (): Promise<RoleIds> => {
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
  const limit = async (values: KeyValues) => {
    const limited = await withLimitedRole(organizationId, values, services);
    if (limited !== values) void queryClient.invalidateQueries({ queryKey: rolesKey(organizationId) });
    return limited;
  };
  const custom: readonly Role[] = data?.filter((role) => role.type === 'custom') ?? [];
  return { custom, services, roleIds, limit };
}

const none: readonly { id: string; name: string }[] = [];
