import { useQueryClient } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, ApiError, errorText } from '@/api';

import { isAboutRoles, refusalText } from '../failure';
import { newInvitationLink } from '../links';
import { invitationsKey } from '../people';

/** What became of an invitation. */
export type Outcome =
  | { kind: 'waiting' }
  | { kind: 'sent' }
  /** Made, and no mail was sent, or it failed: here is the link. */
  | { kind: 'link'; url: string; mailFailed: boolean }
  /** Made, but not the link. */
  | { kind: 'noLink'; text: string }
  | { kind: 'failed'; text: string };

export type Invite = { id: number; email: string; outcome: Outcome };

let lastId = 0;

/**
 * Invites people one after the other. What becomes of each is in `invites`, in memory
 * only, for the links are not to be kept. `send` returns why the roles were refused.
 */
export function useInvites(organizationId: string) {
  const { t } = useTranslation('users');
  const queryClient = useQueryClient();
  const [invites, setInvites] = useState<readonly Invite[]>([]);
  const [busy, setBusy] = useState(false);
  const change = (id: number, changes: Partial<Invite>) => setInvites((all) => all.map((invite) => (invite.id === id ? { ...invite, ...changes } : invite)));

  const send = async (todo: readonly Invite[], roleIds: string[]): Promise<string | undefined> => {
    setBusy(true);
    try {
      for (const { id, email } of todo) {
        try {
          change(id, { outcome: await inviteOne(organizationId, email, roleIds, t) });
        } catch (error) {
          const text = failureText(error, t);
          if (id === todo[0]?.id && isAboutRoles(error)) {
            todo.forEach((invite) => change(invite.id, { outcome: { kind: 'failed', text } })); // as it would be for all of them
            return text;
          }
          change(id, { outcome: { kind: 'failed', text } });
        }
      }
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: invitationsKey(organizationId) });
    }
    return undefined;
  };
  return {
    invites,
    busy,
    start: (emails: readonly string[], roleIds: string[]) => {
      const todo = emails.map((email): Invite => ({ id: ++lastId, email, outcome: { kind: 'waiting' } }));
      setInvites(todo);
      return send(todo, roleIds);
    },
    /** Tries those again that failed, with addresses that may have been corrected. */
    again: (corrected: ReadonlyMap<number, string>, roleIds: string[]) => {
      const todo = invites.flatMap(({ id, email }): Invite[] => (corrected.has(id) ? [{ id, email: corrected.get(id) ?? email, outcome: { kind: 'waiting' } }] : []));
      todo.forEach(({ id, ...changes }) => change(id, changes));
      return send(todo, roleIds);
    },
    forget: () => setInvites([]),
  };
}

async function inviteOne(organizationId: string, email: string, assignedRoleIds: string[], t: TFunction<'users'>): Promise<Outcome> {
  const body = { email, assignedRoleIds };
  const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/invitations', { params: { path: { organizationId } }, body }));
  if (result.mailState === 'sent') return { kind: 'sent' };
  try {
    return { kind: 'link', url: await newInvitationLink(organizationId, result.id), mailFailed: result.mailState === 'failed' };
  } catch (error) {
    return { kind: 'noLink', text: t('linkFailedText', { reason: errorText(error) }) };
  }
}

function failureText(error: unknown, t: TFunction<'users'>): string {
  if (error instanceof ApiError && error.status === 409) {
    if (error.sentence.includes('is a member')) return t('isMember');
    if (error.sentence.includes('is invited already')) return t('isInvited');
  }
  return refusalText(error, t);
}
