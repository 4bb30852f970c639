import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { showAccountError } from '@/account';
import { auth } from '@/api';
import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Banner, Button, TextField } from '@/ui';
import { z } from '@/zod';

import styles from './SignIn.module.css';

type Props = { email: string; onBack: () => void };

/** Mails a link to choose a new password. What it says afterwards is the same for everybody: nobody learns who has an account. */
export function ForgotStep({ email, onBack }: Props) {
  const { t } = useTranslation(['signIn', 'account']);
  const [askedFor, setAskedFor] = useState<string>();
  const form = useForm({
    resolver: zodResolver(z.object({ email: z.string().trim().regex(/^[^\s@]+@[^\s@]+$/, t('account:emailWanted')) })),
    defaultValues: { email },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus('email'), [setFocus]);
  const submit = form.handleSubmit(async (values) => {
    try {
      await auth.forgot(values);
      setAskedFor(values.email);
    } catch (error) {
      showAccountError(form.setError, error, ['email']);
    }
  });
  return (
    <Step title={t('forgotTitle')}>
      {askedFor === undefined ? (
        <>
          <p className={step.text}>{t('forgotMailText')}</p>
          <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
            {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
            <TextField {...form.register('email')} label={t('account:email')} type="email" autoComplete="username" autoCapitalize="none" spellCheck={false} error={errors.email?.message} />
            <Button kind="primary" type="submit" fill busy={isSubmitting}>
              {t('forgotSubmit')}
            </Button>
          </form>
        </>
      ) : (
        <Asked email={askedFor} />
      )}
      <Button onClick={onBack}>{t('backToSignIn')}</Button>
    </Step>
  );
}

function Asked({ email }: { email: string }) {
  const { t } = useTranslation('signIn');
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => text.current?.focus(), []); // the button that had it is gone
  return (
    <>
      <p ref={text} tabIndex={-1} className={styles.asked}>
        {t('forgotDone', { email })}
      </p>
      <p>{t('forgotNothing')}</p>
    </>
  );
}
