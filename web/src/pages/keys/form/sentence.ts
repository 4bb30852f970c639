import type { TFunction } from 'i18next';

import { isEverywhere } from '@/addresses';

import { systemRoles, type SystemRole } from './roles';

/** What a key can do, and from where and until when. */
export type Ability = {
  /** The names of its roles. */
  roles: readonly string[];
  /** From where: undefined is anywhere. */
  sources: readonly string[] | undefined;
  /** Until when: null is for ever, undefined not chosen yet. */
  end: Date | null | undefined;
  disabled?: boolean;
};

type Words = { t: TFunction<'keyForm'>; date: (moment: Date) => string; number: (value: number) => string };

/** In plain words: "Can use Query API endpoints, from anywhere, until Feb 21, 2027." */
export function sentenceOf(ability: Ability, words: Words, now = new Date()): string {
  const { t, date } = words;
  const { end, sources } = ability;
  if (end && end <= now) return t('sentence.expired', { date: date(end) });
  if (sources?.length === 0) return t('sentence.nowhere');
  const places = placesOf(sources, words);
  const until = end === null ? t('sentence.never') : end ? t('sentence.until', { date: date(end) }) : t('sentence.untilChosen');
  const abilities = abilitiesOf(ability.roles, t);
  const sentence =
    abilities.length > 0
      ? t('sentence.can', { abilities: joined(abilities, t), places, end: until })
      : t('sentence.canNothing', { places, end: until });
  return ability.disabled ? `${sentence} ${t('sentence.disabled')}` : sentence;
}

function placesOf(sources: readonly string[] | undefined, { t, number }: Words): string {
  if (!sources || sources.some(isEverywhere)) return t('sentence.anywhere');
  const [source, ...more] = new Set(sources);
  return more.length === 0 && source !== undefined ? t('sentence.onePlace', { source }) : t('sentence.places', { number: number(more.length + 1) });
}

/** What a role has, those named here have too. */
const within: Partial<Record<SystemRole, readonly SystemRole[]>> = {
  'Service admin': ['Service reader', 'Service API reader', 'Basic service API reader'],
  'Service API admin': ['Service API reader', 'Basic service API reader'],
  'Service reader': ['Service API reader'],
};

function abilitiesOf(roles: readonly string[], t: TFunction<'keyForm'>): string[] {
  if (roles.includes('Admin')) return [t('sentence.abilities.admin')];
  const names = new Set(roles);
  const covered = new Set<string>(roles.flatMap((role) => (isSystemRole(role) ? (within[role] ?? []) : [])));
  const system = Object.keys(systemRoles).filter(isSystemRole).filter((role) => names.has(role) && !covered.has(role));
  return [
    ...system.flatMap((role) => {
      const text = systemRoles[role];
      return text === 'member' ? [] : [t(`sentence.abilities.${text}`)];
    }),
    ...[...names].filter((role) => !isSystemRole(role)).map((role) => t('sentence.abilities.other', { role })),
  ];
}

function isSystemRole(name: string): name is SystemRole {
  return Object.hasOwn(systemRoles, name);
}

/** "a", "a and b", "a, b, and c"; with the comma as well where a part has an "and" of its own. */
function joined(parts: readonly string[], t: TFunction<'keyForm'>): string {
  const last = parts.at(-1) ?? '';
  if (parts.length < 2) return last;
  const and = t('sentence.and');
  const plain = parts.length === 2 && !parts.some((part) => part.includes(and));
  return parts.slice(0, -1).join(t('sentence.comma')) + (plain ? and : t('sentence.commaAnd')) + last;
}
