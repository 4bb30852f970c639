import type { TFunction } from 'i18next';

import { checkAddresses, isEverywhere, type Address } from '@/addresses';
import type { Schema } from '@/api';
import { fits, hasNoControls } from '@/text';
import { z } from '@/zod';

import { dayOf, endOf, endOfDay, instant, type ExpiryChoice } from './expiry';
import { isOrganizationRole, isServiceRole, noRole, sortRoles, type NoRole, type OrganizationRole, type RoleIds, type ServiceRole } from './roles';

/** What stands in the form. */
export type KeyValues = {
  name: string;
  organizationRole: OrganizationRole | NoRole;
  serviceRole: ServiceRole | NoRole;
  /** Whether the service role is for all services, or for those with these ids. */
  scope: 'all' | 'specific';
  services: string[];
  /** The ids of the roles that the two choices above have no place for. */
  otherRoles: string[];
  expiry: ExpiryChoice;
  /** With the expiry `date`: `YYYY-MM-DD`. */
  date: string;
  access: 'anywhere' | 'specific';
  addresses: Address[];
};

export const newKeyValues: KeyValues = {
  name: '', organizationRole: 'Member', serviceRole: noRole, scope: 'all', services: [], otherRoles: [], expiry: '90', date: '', access: 'anywhere', addresses: [],
};

type ApiKey = Schema<'ApiKey'>;

export function valuesOf(key: ApiKey): KeyValues {
  const { organization, service, others } = sortRoles(key.assignedRoles);
  const list = key.ipAccessList;
  // The Cloud's way to write "anywhere".
  const anywhere = !list || (list.length === 1 && list.every((entry) => isEverywhere(entry.source)));
  return {
    name: key.name,
    organizationRole: organization && isOrganizationRole(organization.roleName) ? organization.roleName : noRole,
    serviceRole: service && isServiceRole(service.roleName) ? service.roleName : noRole,
    scope: 'all',
    services: [],
    otherRoles: others.map((role) => role.roleId),
    expiry: 'keep',
    date: '',
    access: anywhere ? 'anywhere' : 'specific',
    addresses: anywhere ? [] : list.map(({ source, description }) => ({ source, description: description ?? '' })),
  };
}

/** `key`: the one that is edited. What it has already is no mistake of the person. */
export function keySchema(t: TFunction<'keyForm'>, addressWords: TFunction<'addresses'>, key?: ApiKey) {
  const wasNowhere = key?.ipAccessList?.length === 0;
  return z
    .object({
      name: z.string().trim().min(1, t('nameMissing')).refine((text) => fits(text), t('nameTooLong')).refine(hasNoControls, t('nameControls')),
      organizationRole: z.custom<KeyValues['organizationRole']>(),
      serviceRole: z.custom<KeyValues['serviceRole']>(),
      scope: z.enum(['all', 'specific']),
      services: z.array(z.string()),
      otherRoles: z.array(z.string()),
      expiry: z.custom<ExpiryChoice>(),
      date: z.string(),
      access: z.enum(['anywhere', 'specific']),
      addresses: z.array(z.object({ source: z.string().trim(), description: z.string().trim() })),
    })
    .check(({ value, issues }) => {
      const report = (path: (string | number)[], message: string) => issues.push({ code: 'custom', input: value, path, message });
      if (value.expiry === 'date') {
        const wrong = wrongDate(value.date, t);
        if (wrong) report(['date'], wrong);
      }
      if (value.serviceRole !== noRole && value.scope === 'specific' && value.services.length === 0) report(['services'], t('servicesMissing'));
      if (value.access === 'anywhere') return;
      if (value.addresses.length === 0 && !wasNowhere) report(['addresses'], t('locationsMissing'));
      checkAddresses(value.addresses, addressWords, report);
    });
}

function wrongDate(date: string, t: TFunction<'keyForm'>): string | undefined {
  const end = endOfDay(date);
  if (!end) return t('dateMissing');
  if (end.getFullYear() >= 9999) return t('dateTooLate');
  return dayOf(end) < dayOf(new Date()) ? t('datePast') : undefined;
}

/** The body that makes the key. `now` is what the days of the expiry count from. */
export function requestOf(values: KeyValues, ids: RoleIds, now: Date): Schema<'ApiKeyPostRequest'> {
  return {
    name: values.name,
    assignedRoleIds: roleIdsOf(values, ids),
    expireAt: expireAtOf(values, now) ?? null,
    ipAccessList: listOf(values),
  };
}

/** The body that makes of the key what stands in the form: only what differs. */
export function patchOf(key: ApiKey, values: KeyValues, ids: RoleIds, now: Date): Schema<'ApiKeyPatchRequest'> {
  const before = valuesOf(key);
  const assignedRoleIds = roleIdsOf(values, ids);
  const assigned = key.assignedRoles.map((role) => role.roleId);
  const expireAt = expireAtOf(values, now);
  const ipAccessList = listOf(values);
  return {
    ...(values.name !== key.name.trim() && { name: values.name }),
    ...(!sameMembers(assignedRoleIds, assigned) && { assignedRoleIds }),
    ...(expireAt !== undefined && expireAt !== key.expireAt && { expireAt }),
    ...(!sameList(ipAccessList, listOf(before)) && { ipAccessList }),
  };
}

/** Undefined: as it is. */
function expireAtOf({ expiry, date }: KeyValues, now: Date): string | null | undefined {
  if (expiry === 'keep') return undefined;
  const end = endOf(expiry, date, now);
  return end ? instant(end) : null;
}

function roleIdsOf({ organizationRole, serviceRole, otherRoles }: KeyValues, ids: RoleIds): string[] {
  const chosen = [organizationRole, serviceRole].filter((role) => role !== noRole);
  const known = chosen.map((role) => {
    const id = ids.get(role);
    if (id === undefined) throw new Error(`no role ${role}`); // better no key than one with less than was chosen
    return id;
  });
  return [...new Set([...known, ...otherRoles])];
}

function listOf({ access, addresses }: Pick<KeyValues, 'access' | 'addresses'>): Schema<'IpEntry'>[] {
  if (access === 'anywhere') return [{ source: '0.0.0.0/0' }];
  return addresses.map(({ source, description }) => ({ source: source.trim(), ...(description.trim() && { description: description.trim() }) }));
}

function sameMembers(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

function sameList(some: readonly Schema<'IpEntry'>[], others: readonly Schema<'IpEntry'>[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ source, description = '' }, index) => source === others[index]?.source && description === (others[index].description ?? ''))
  );
}
