import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, auth, errorText, type SessionAnswer } from '@/api';
import { useTakeSession } from '@/session';
import { toast } from '@/ui';

import { InvalidLink } from './InvalidLink';
import { OpeningLink } from './OpeningLink';
import { ResetForm } from './ResetForm';
import { SetupForm } from './SetupForm';
import { useToken } from './useToken';

export default function SetupPage() {
  const token = useToken();
  return token ? <LinkPage key={token} token={token} /> : <InvalidLink missing />;
}

function LinkPage({ token }: { token: string }) {
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
  if (link.isError) return <InvalidLink failure={isUnknown(link.error) ? undefined : errorText(link.error)} />;
  const { kind, email = '', organization } = link.data;
  const props = { token, onUsed: () => void link.refetch() };
  return kind === 'reset' ? (
    <ResetForm {...props} email={email} onDone={(answer) => done(answer, t('resetDone'))} />
  ) : (
    <SetupForm {...props} organization={organization} onDone={(answer) => done(answer, t('done'))} />
  );
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
