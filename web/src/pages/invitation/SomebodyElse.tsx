import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { auth, errorText } from '@/api';
import { useTakeSession } from '@/session';
import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Banner, Button, LinkButton } from '@/ui';

import type { Offered } from './offered';

type Props = {
  offered: Offered;
  /** Of who is signed in. */
  email: string;
};

/** Only the invited person can accept: whoever else is signed in has to sign out. */
export function SomebodyElse({ offered, email }: Props) {
  const { t } = useTranslation('invitation');
  const takeSession = useTakeSession();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const title = t('elseTitle');
  // Without leaving the page: the token is nowhere but in its memory.
  const signOut = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await auth.signOut();
      takeSession(await auth.session());
    } catch (failure) {
      setError(errorText(failure));
      setBusy(false);
    }
  };
  return (
    <Step title={title}>
      <p className={step.text}>{t('elseText', { invited: offered.email, email, organization: offered.organization })}</p>
      {error && <Banner kind="danger">{error}</Banner>}
      <Button kind="primary" fill busy={busy} onClick={() => void signOut()}>
        {t('signOut')}
      </Button>
      <LinkButton to="/">{t('stay', { email })}</LinkButton>
    </Step>
  );
}
