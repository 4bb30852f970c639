import type { TFunction } from 'i18next';
import type { FieldPath, UseFormSetError } from 'react-hook-form';

import { ApiError, ConnectionError, errorText, type Schema } from '@/api';

import type { RoleIds } from './roles';
import type { KeyValues } from './values';

type Sent = { values: KeyValues; body: Pick<Schema<'ApiKeyPatchRequest'>, 'assignedRoleIds'>; ids: RoleIds };

/** Shows the error beside the field that it is about. Returns whether there is one. */
export function showBesideField(error: unknown, sent: Sent, setError: UseFormSetError<KeyValues>, t: TFunction<'keyForm'>): boolean {
  if (!(error instanceof ApiError)) return false;
  const refused = refusedRole(error);
  const field = refused ? roleField(refused, sent.values) : fieldOf(error.field ?? '', sent);
  if (!field) return false;
  setError(field, { message: refused ? t('roleTooMuch', { role: refused }) : errorText(error) }, { shouldFocus: true });
  return true;
}

/** Whether the request may have been carried out all the same. */
export function isUnknown(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500);
}

/** Nobody grants what they do not hold: the sentence names the role. */
function refusedRole(error: ApiError): string | undefined {
  if (error.status !== 403) return undefined;
  return /^The role "(.+?)" allows more/.exec(error.sentence)?.[1];
}

function fieldOf(named: string, { values, body, ids }: Sent): FieldPath<KeyValues> | undefined {
  if (named === 'name') return 'name';
  if (named === 'expireAt') return values.expiry === 'date' ? 'date' : 'expiry';
  const [, index, part] = /^ipAccessList(?:\[(\d+)\](?:\.(source|description))?)?$/.exec(named) ?? [];
  if (index !== undefined && values.access === 'specific') return `addresses.${Number(index)}.${part === 'description' ? 'description' : 'source'}`;
  if (named.startsWith('ipAccessList')) return values.access === 'specific' ? 'addresses' : 'access';
  if (!named.startsWith('assignedRoleIds')) return undefined;
  const id = body.assignedRoleIds?.[Number(/\[(\d+)\]/.exec(named)?.[1] ?? 0)];
  return roleField([...ids].find(([, known]) => known === id)?.[0] ?? '', values);
}

/** The field that the role was chosen in. */
function roleField(role: string, { serviceRole, organizationRole, otherRoles }: KeyValues): FieldPath<KeyValues> {
  if (role === serviceRole) return 'serviceRole';
  return role === organizationRole || otherRoles.length === 0 ? 'organizationRole' : 'otherRoles';
}
