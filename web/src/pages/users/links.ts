import { answerOf, api } from '@/api';

/** A link that accepts an invitation. It is in this answer only: it is kept nowhere but on the screen. */
export async function newInvitationLink(organizationId: string, invitationId: string): Promise<string> {
  const params = { path: { organizationId, invitationId } };
  const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/invitations/{invitationId}/link', { params }));
  return linkHere(result.url);
}

/** A link by which a member chooses a new password. */
export async function newResetLink(organizationId: string, userId: string): Promise<{ url: string; expireAt: string }> {
  const params = { path: { organizationId, userId } };
  const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/members/{userId}/passwordResetLink', { params }));
  return { ...result, url: linkHere(result.url) };
}

/** The link with the address by which this browser reached Gatehouse: the server may not know any that works from here. */
export function linkHere(url: string): string {
  const { pathname, hash } = new URL(url, location.origin);
  return `${location.origin}${pathname}${hash}`;
}
