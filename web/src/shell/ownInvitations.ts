import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { auth, errorText, type OwnInvitation, type SessionAnswer } from '@/api';
import { useMaybeSession, useTakeSession } from '@/session';
import { toast } from '@/ui';

import { rememberOrganization } from './home';

/** Of the query of the invitations to whoever is signed in. */
export const ownInvitationsKey = ['own-invitations'] as const;

const minute = 60_000;

/** The invitations to whoever is signed in. `every` is in milliseconds: who waits for one wants to know sooner. */
export function useOwnInvitations({ every = minute }: { every?: number } = {}) {
  return useQuery({ queryKey: ownInvitationsKey, queryFn: auth.invitations, refetchInterval: every, staleTime: every / 2 });
}

/** Takes over the answer of joining an organization, and goes there. */
export function useEnter() {
  const { t } = useTranslation('shell');
  const queryClient = useQueryClient();
  const takeSession = useTakeSession();
  const navigate = useNavigate();
  return (answer: SessionAnswer, name: string, before: SessionAnswer | undefined) => {
    const mine = answer.organizations;
    const joined = mine.find(({ id }) => !before?.organizations.some((known) => known.id === id)) ?? mine.find((known) => known.name === name);
    takeSession(answer);
    toast('success', t('joined', { organization: name }));
    void queryClient.invalidateQueries({ queryKey: ownInvitationsKey });
    if (!joined) return navigate({ to: '/', replace: true });
    rememberOrganization(joined.id);
    return navigate({ to: '/organizations/$orgId', params: { orgId: joined.id }, replace: true });
  };
}

/** Accepts invitations by their ids. `busy` is the id of the one that is being accepted. */
export function useJoin() {
  const session = useMaybeSession();
  const enter = useEnter();
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<string>();
  const join = async ({ id, organization }: OwnInvitation) => {
    if (busy) return false;
    setBusy(id);
    setError(undefined);
    try {
      await enter(await auth.acceptOwn({ id }), organization, session);
      return true;
    } catch (failure) {
      setError(errorText(failure));
      return false;
    } finally {
      setBusy(undefined);
    }
  };
  return { busy, error, join };
}
