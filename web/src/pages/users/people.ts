import { useQuery } from '@tanstack/react-query';

import { answerOf, api, liveList, type Schema } from '@/api';

export type Member = Schema<'Member'>;
export type Invitation = Schema<'Invitation'>;

/** What it takes to see who is there, and to change anything about them. */
export const mayView = 'control-plane:organization:view';
export const mayManage = 'control-plane:organization:manage';

/** Of all that is asked about the members, and about the invitations. */
export const membersKey = (organizationId: string) => ['members', organizationId] as const;
export const invitationsKey = (organizationId: string) => ['invitations', organizationId] as const;

export function useMembers(organizationId: string) {
  return useQuery({
    queryKey: [...membersKey(organizationId), 'list'],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/organizations/{organizationId}/members', { params: { path: { organizationId } }, signal }))).result,
    ...liveList,
  });
}

export function useInvitations(organizationId: string) {
  return useQuery({
    queryKey: [...invitationsKey(organizationId), 'list'],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/organizations/{organizationId}/invitations', { params: { path: { organizationId } }, signal }))).result,
    ...liveList,
  });
}

/** Those whose name, address or roles have all the words that are searched for. */
export function filterMembers(members: readonly Member[], search: string): readonly Member[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return members;
  return members.filter(({ name, email, assignedRoles }) => {
    const text = [name, email, ...assignedRoles.map((role) => role.roleName)].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** How to call somebody: who signed up with a provider may have no name. */
export function nameOf({ name, email }: Pick<Member, 'name' | 'email'>): string {
  return name || email;
}
