import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { SessionAnswer } from '@/api';
import { useMaybeSession, useTakeSession } from '@/session';

import { NobodyYet } from './NobodyYet';
import { SignInSteps } from './SignInSteps';

export default function SignInPage() {
  const { t } = useTranslation('signIn');
  const { to, problem } = useSearch({ from: '/sign-in' });
  const session = useMaybeSession();
  const takeSession = useTakeSession();
  /** A recovery code is shown at the moment. */
  const [showing, setShowing] = useState(false);
  useGoOn(Boolean(session?.person) && !showing, to);
  const signedIn = (answer: SessionAnswer) => {
    takeSession(answer);
    setShowing(false);
  };
  if (session?.setUp === false) return <NobodyYet />;
  return <SignInSteps title={t('title')} problem={problem} to={to} onRecoveryCode={() => setShowing(true)} onSignedIn={signedIn} />;
}

/** To where one wanted to go, or to the start page. There is no way back to the form. */
function useGoOn(signedIn: boolean, to: string | undefined) {
  const router = useRouter();
  useEffect(() => {
    if (!signedIn) return;
    if (to) router.history.replace(to);
    else void router.navigate({ to: '/', replace: true });
  }, [signedIn, to, router]);
}
