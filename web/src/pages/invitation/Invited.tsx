import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { auth, errorText, type SessionAnswer } from '@/api';
import { OpeningLink } from '@/pages/setup/OpeningLink';
import { SignInSteps } from '@/pages/sign-in/SignInSteps';
import { useMaybeSession, useTakeSession } from '@/session';
import { useEnter } from '@/shell/ownInvitations';

import { Join } from './Join';
import { NewAccount } from './NewAccount';
import { Offer } from './Offer';
import type { Offered } from './offered';
import { SomebodyElse } from './SomebodyElse';

type Props = {
  token: string;
  offered: Offered;
  /** The link needs not to be asked for any more. */
  onSettled: () => void;
  onUsed: () => void;
};

/** The way into the organization, for whoever opens the link of an invitation. */
export function Invited({ token, offered, onSettled, onUsed }: Props) {
  const { t } = useTranslation('invitation');
  const session = useMaybeSession();
  const takeSession = useTakeSession();
  const enter = useEnter();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { email, organization, hasAccount } = offered;

  const join = async (before: SessionAnswer | undefined) => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await auth.acceptOwn({ token });
      onSettled();
      await enter(answer, organization, before);
    } catch (failure) {
      setError(errorText(failure));
      setBusy(false);
    }
  };
  const signedIn = (answer: SessionAnswer) => {
    onSettled();
    takeSession(answer);
    void join(answer);
  };
  const created = (answer: SessionAnswer) => {
    onSettled();
    void enter(answer, organization, session);
  };
  if (!session) return <OpeningLink />;
  const { person } = session;
  if (person?.email === email) return <Join offered={offered} busy={busy} error={error} onJoin={() => void join(session)} />;
  if (person) return <SomebodyElse offered={offered} email={person.email} />;
  if (hasAccount) return <SignInSteps email={email} title={t('join', { organization })} text={<Offer offered={offered} more={t('signInText')} />} to="/welcome" onSignedIn={signedIn} />;
  return <NewAccount token={token} offered={offered} onDone={created} onUsed={onUsed} />;
}
