import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, auth, errorText, type SessionAnswer } from '@/api';
import { InvalidInvitation } from '@/pages/invitation/InvalidInvitation';
import { Invited } from '@/pages/invitation/Invited';
import { useTakeSession } from '@/session';
import { toast } from '@/ui';

import { InvalidLink } from './InvalidLink';
import { OpeningLink } from './OpeningLink';
import { ResetForm } from './ResetForm';
import { SetupForm } from './SetupForm';

type Props = {
  token: string;
  /** Whether the link says of itself that it is an invitation. What it is for is known to the server. */
  invitation?: boolean;
};

/** What a one-time link leads to, wherever it was opened. */
export function LinkPage({ token, invitation = false }: Props) {
  const { t } = useTranslation('setup');
  const [finished, setFinished] = useState(false);
  const link = useLink(token, finished);
  const takeSession = useTakeSession();
  const navigate = useNavigate();
  const done = (answer: SessionAnswer, text: string) => {
    setFinished(true);
    takeSession(answer);
    toast('success', text);
    void navigate({ to: '/', replace: true });
  };
  if (link.isPending) return <OpeningLink />;
  if (link.isError) {
    const failure = isUnknown(link.error) ? undefined : errorText(link.error);
    return invitation ? <InvalidInvitation failure={failure} /> : <InvalidLink failure={failure} />;
  }
  const { kind, email = '', organization, roles = [], hasAccount = false } = link.data;
  const props = { token, onUsed: () => void link.refetch() };
  switch (kind) {
    case 'invitation':
      return <Invited {...props} offered={{ email, organization, roles, hasAccount }} onSettled={() => setFinished(true)} />;
    case 'reset':
      return <ResetForm {...props} email={email} onDone={(answer) => done(answer, t('resetDone'))} />;
    default:
      return <SetupForm {...props} organization={organization} onDone={(answer) => done(answer, t('done'))} />;
  }
}

/**
 * What the link is for. The token is no part of the query's key: it stays out of the
 * cache. Whoever is finished has used the link up, and it is not asked for again when
 * the cache is emptied for them.
 */
function useLink(token: string, finished: boolean) {
  return useQuery({ queryKey: ['link', useId()], queryFn: () => auth.link(token), gcTime: 0, staleTime: Infinity, enabled: !finished, placeholderData: keepPreviousData });
}

function isUnknown(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.field === 'token');
}
