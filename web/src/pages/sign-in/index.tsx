import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import type { SessionAnswer } from '@/api';
import { useMaybeSession, useTakeSession } from '@/session';

import { CodeStep } from './CodeStep';
import { NewRecoveryCode } from './NewRecoveryCode';
import { NobodyYet } from './NobodyYet';
import { PasswordStep, type Credentials } from './PasswordStep';

export default function SignInPage() {
  const session = useMaybeSession();
  const takeSession = useTakeSession();
  /** Right, but the second factor is still to come. */
  const [credentials, setCredentials] = useState<Credentials>();
  /** Has a recovery code that must be shown before anything else. */
  const [answer, setAnswer] = useState<SessionAnswer>();
  useGoOn(Boolean(session?.person) && !answer);
  const signedIn = (next: SessionAnswer) => (next.recoveryCode ? setAnswer(next) : takeSession(next));
  if (answer?.recoveryCode) {
    const goOn = () => {
      takeSession(answer);
      setAnswer(undefined);
    };
    return <NewRecoveryCode code={answer.recoveryCode} onContinue={goOn} />;
  }
  if (session?.setUp === false) return <NobodyYet />;
  if (credentials) return <CodeStep credentials={credentials} onSignedIn={signedIn} onBack={() => setCredentials(undefined)} />;
  return <PasswordStep onSignedIn={signedIn} onCodeWanted={setCredentials} />;
}

/** To where one wanted to go, or to the start page. There is no way back to the form. */
function useGoOn(signedIn: boolean) {
  const { to } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  useEffect(() => {
    if (!signedIn) return;
    if (to) router.history.replace(to);
    else void router.navigate({ to: '/', replace: true });
  }, [signedIn, to, router]);
}
