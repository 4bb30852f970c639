import type { TFunction } from 'i18next';

import { allServices, databaseAccess, serviceOf } from '@/permissions';

import { saved, sqlAccessOf, type Draft } from './drafts';

export type Fields = { name: string; drafts: readonly Draft[]; actors: readonly string[] };

/** What is wrong, by the place where it is said: see `place`. */
export type Problems = Readonly<Record<string, string>>;

/** The places in the editor that an error can stand at. */
export const place = {
  name: 'name',
  actors: 'actors',
  policy: (id: string) => id,
  permission: (id: string, permission: string) => `${id} permission ${permission}`,
  resource: (id: string, index: number) => `${id} resource ${index}`,
  access: (id: string) => `${id} access`,
  grant: (id: string, index: number) => `${id} grant ${index}`,
} as const;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What cannot be right, before the server is asked. */
export function problemsOf({ name, drafts }: Fields, t: TFunction<'roles'>): Problems {
  const problems: Record<string, string> = {};
  if (name.trim() === '') problems[place.name] = t('nameMissing');
  else if (Array.from(name.trim()).length > 255) problems[place.name] = t('nameTooLong');
  for (const { id, policy } of saved(drafts)) {
    if (policy.resources.length === 0) problems[place.policy(id)] = t('servicesMissing');
    policy.resources.forEach((resource, index) => {
      const isService = uuid.test(serviceOf(resource)) || resource === allServices;
      if (resource.startsWith('instance/') && !isService) problems[place.resource(id, index)] = t(serviceOf(resource) === '' ? 'serviceMissing' : 'serviceWrong');
    });
    if (!policy.permissions.includes(databaseAccess)) continue;
    const grants = policy.tags?.grants ?? [];
    if (policy.allowDeny === 'ALLOW' && sqlAccessOf(policy) === 'grants' && grants.length === 0) problems[place.access(id)] = t('grantsMissing');
    grants.forEach((grant, index) => {
      if (grant.trim() === '') problems[place.grant(id, index)] = t('grantMissing');
    });
  }
  return problems;
}

/** Where the editor has the field that the server names, such as `policies[0].permissions[1]`. */
export function placeOf(field: string | undefined, { drafts, actors }: Fields): { place: string; actor?: string } | undefined {
  if (field === 'name') return { place: place.name };
  const [, actorIndex] = /^actors(?:\[(\d+)\])?$/.exec(field ?? '') ?? [];
  if (field?.startsWith('actors')) {
    const actor = actors[Number(actorIndex ?? NaN)];
    return { place: place.actors, ...(actor !== undefined && { actor }) };
  }
  const [, index, part = '', within] = /^policies\[(\d+)\](?:\.([A-Za-z.0-9]+))?(?:\[(\d+)\])?/.exec(field ?? '') ?? [];
  const draft = saved(drafts)[Number(index ?? NaN)];
  if (!draft) return undefined;
  const at = Number(within ?? NaN);
  const permission = draft.policy.permissions[at];
  if (part === 'permissions' && permission !== undefined) return { place: place.permission(draft.id, permission) };
  if (part === 'resources' && draft.section !== 'organization' && at < draft.policy.resources.length && draft.policy.resources[at] !== allServices) {
    return { place: place.resource(draft.id, at) };
  }
  if (part === 'tags.grants' && at < (draft.policy.tags?.grants?.length ?? 0)) return { place: place.grant(draft.id, at) };
  const hasAccess = draft.section === 'sql' || draft.others.includes(databaseAccess);
  if (part.startsWith('tags') && hasAccess) return { place: place.access(draft.id) };
  return { place: place.policy(draft.id) };
}
