import { useState, type ReactNode } from 'react';

import type { SessionAnswer } from '@/api';

import { CodeStep } from './CodeStep';
import { ForgotStep } from './ForgotStep';
import { NewRecoveryCode } from './NewRecoveryCode';
import { PasswordStep, type Credentials } from './PasswordStep';

type Props = {
  title: string;
  text?: ReactNode;
  /** Who has to sign in; without it, anybody may. */
  email?: string;
  /** Where a provider leads back to. */
  to?: string | undefined;
  /** What went wrong with a provider, in a word. */
  problem?: string | undefined;
  /** A new recovery code is shown before `onSignedIn` is called. */
  onRecoveryCode?: () => void;
  onSignedIn: (answer: SessionAnswer) => void;
};

/** Password, second factor and, when it was used up, the new recovery code. */
export function SignInSteps({ onRecoveryCode, onSignedIn, ...first }: Props) {
  /** Right, but the second factor is still to come. */
  const [credentials, setCredentials] = useState<Credentials>();
  /** Has a recovery code that must be shown before anything else. */
  const [answer, setAnswer] = useState<SessionAnswer>();
  /** The address of who has forgotten their password. */
  const [forgotten, setForgotten] = useState<string>();
  const signedIn = (next: SessionAnswer) => {
    if (!next.recoveryCode) {
      onSignedIn(next);
      return;
    }
    onRecoveryCode?.();
    setAnswer(next);
  };
  if (answer?.recoveryCode) return <NewRecoveryCode code={answer.recoveryCode} onContinue={() => onSignedIn(answer)} />;
  if (credentials) return <CodeStep credentials={credentials} onSignedIn={signedIn} onBack={first.email ? undefined : () => setCredentials(undefined)} />;
  if (forgotten !== undefined) return <ForgotStep email={forgotten} onBack={() => setForgotten(undefined)} />;
  return <PasswordStep {...first} onSignedIn={signedIn} onCodeWanted={setCredentials} onForgotten={setForgotten} />;
}
