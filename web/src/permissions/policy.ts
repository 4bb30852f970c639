import type { Schema } from '@/api';

/** A policy of a role, without what the server adds to it. */
export type Policy = Pick<Schema<'PolicyCreateRequest'>, 'allowDeny' | 'permissions' | 'resources' | 'tags'>;

export const allServices = 'instance/*';

/** What a policy is about decides where it is shown; one policy is never about both. */
export function isOfOrganization({ resources }: Pick<Policy, 'resources'>): boolean {
  return resources[0]?.startsWith('organization/') ?? false;
}

/** The id of a service, of its resource; anything else as it is. */
export function serviceOf(resource: string): string {
  const id = /^instance\/([^/]*)$/.exec(resource)?.[1];
  return id === undefined || id === '*' ? resource : id;
}

/** The resource of what was typed: the id of a service, or a resource that is not one. */
export function resourceOf(typed: string): string {
  return typed.includes('/') ? typed : `instance/${typed}`;
}
