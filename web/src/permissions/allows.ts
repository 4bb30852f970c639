import type { TFunction } from 'i18next';

import { databaseAccess, isKnown, organizationGroups, organizationPermissions, serviceGroups, servicePermissions, wordsOf, type Group } from './catalogue';
import { allServices, isOfOrganization, serviceOf, type Policy } from './policy';

type Words = TFunction<'permissions'>;

/** The name of a service by its id; undefined where it is not known. */
export type ServiceNames = (id: string) => string | undefined;

const noNames: ServiceNames = () => undefined;

/** One thing that policies are about, and what they allow or deny there. */
export type Line = { key: string; kind: Place['kind']; denied: boolean; where: string; what: readonly string[] };

type Place = { kind: 'organization' | 'services' | 'sql'; denied: boolean; resources: readonly string[]; permissions: Set<string>; policies: Policy[] };

const order = { organization: 0, services: 1, sql: 2 } as const;

/** What policies allow, in words: first what is allowed, then what is not all the same. */
export function linesOf(policies: readonly Policy[], t: Words, names = noNames): Line[] {
  const places = new Map<string, Place>();
  for (const policy of policies) {
    const kind = isOfOrganization(policy) ? 'organization' : 'services';
    addTo(places, kind, policy, policy.permissions.filter((permission) => permission !== databaseAccess));
    addTo(places, 'sql', policy, policy.permissions.filter((permission) => permission === databaseAccess));
  }
  return [...places]
    .sort(([, a], [, b]) => Number(a.denied) - Number(b.denied) || order[a.kind] - order[b.kind])
    .map(([key, place]) => ({ key, kind: place.kind, denied: place.denied, where: whereOf(place, t, names), what: whatOf(place, t) }));
}

/** All of it in one line of text. */
export function sentenceOf(policies: readonly Policy[], t: Words, names = noNames): string {
  const lines = linesOf(policies, t, names);
  return lines.length === 0 ? t('nothing') : lines.map((line) => textOf(line, t)).join(' · ');
}

export function textOf({ kind, denied, where, what }: Line, t: Words): string {
  const place = denied ? t(`except.${kind}`, { where: lowerFirst(where) }) : where;
  return t('line', { where: place, what: what.join(t('separator')) });
}

/** With a capital letter, where a text has one; not the name of a permission. */
export function upperFirst(text: string): string {
  if (text.includes(':')) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Not of an abbreviation, such as SQL. */
function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** Policies about the same are told together. */
function addTo(places: Map<string, Place>, kind: Place['kind'], policy: Policy, permissions: readonly string[]) {
  if (permissions.length === 0) return;
  const denied = policy.allowDeny === 'DENY';
  const resources = policy.resources.includes(allServices) ? [allServices] : [...new Set(policy.resources)].sort();
  const key = JSON.stringify([denied, kind, resources]);
  const place = places.get(key) ?? { kind, denied, resources, permissions: new Set(), policies: [] };
  permissions.forEach((permission) => place.permissions.add(permission));
  place.policies.push(policy);
  places.set(key, place);
}

function whereOf({ kind, resources }: Place, t: Words, names: ServiceNames): string {
  if (kind === 'organization') return t('organization');
  const everywhere = resources.includes(allServices);
  if (kind === 'sql') return everywhere ? t('sqlConsole') : t('sqlConsoleOf', { services: lowerFirst(servicesOf(resources, t, names)) });
  return servicesOf(resources, t, names);
}

/** Some services, or all. */
export function servicesOf(resources: readonly string[], t: Words, names = noNames): string {
  if (resources.includes(allServices)) return t('allServices');
  const [first, ...more] = resources;
  if (first === undefined || more.length > 0) return t('services', { count: resources.length });
  const id = serviceOf(first);
  const name = names(id);
  return name === undefined ? t('oneService', { id: id.slice(0, 8) }) : t('namedService', { name });
}

function whatOf({ kind, permissions, policies, denied }: Place, t: Words): string[] {
  if (kind === 'sql') return denied ? [t('sqlDenied')] : rightsOf(policies, t);
  const [all, groups] = kind === 'organization' ? [organizationPermissions, organizationGroups] : [servicePermissions, serviceGroups];
  const others = [...permissions].filter((permission) => !all.some((known) => known === permission));
  if (all.every((permission) => permissions.has(permission))) return [t('everything'), ...others.map((permission) => nameOf(permission, t))];
  return [...groups.flatMap((group) => ofGroup(group, permissions, t)), ...others.map((permission) => nameOf(permission, t))];
}

function ofGroup({ subject, permissions: all }: Group, permissions: ReadonlySet<string>, t: Words): string[] {
  const some = all.filter((permission) => permissions.has(permission));
  if (some.length === all.length) return [t(`whole.${subject}`)];
  return some.map((permission) => nameOf(permission, t));
}

/** A permission in words; one that the console does not know by its name. */
export function nameOf(permission: string, t: Words): string {
  return isKnown(permission) ? t(`words.${wordsOf(permission)}`) : permission;
}

/** What may be done in the databases of a service: of several policies the most, and all their grants. */
function rightsOf(policies: readonly Policy[], t: Words): string[] {
  const roles = policies.map((policy) => policy.tags?.roleV2);
  const grants = policies.reduce((sum, policy) => sum + (policy.tags?.grants?.length ?? 0), 0);
  const rights = [
    ...(roles.includes('sql-console-admin') ? [t('sqlAdmin')] : roles.includes('sql-console-readonly') ? [t('sqlReadOnly')] : []),
    ...(grants > 0 ? [t('sqlGrants', { count: grants })] : []),
  ];
  return rights.length > 0 ? rights : [t('sqlNothing')];
}
