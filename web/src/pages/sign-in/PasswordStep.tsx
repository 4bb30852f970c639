import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, type ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { showAccountError } from '@/account';
import { ApiError, auth, type SessionAnswer } from '@/api';
import { useMaybeSession } from '@/session';
import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Banner, Button, PasswordField, TextField } from '@/ui';
import { z } from '@/zod';

import { AskOperator } from './AskOperator';
import { Problem } from './Problem';
import { Providers } from './Providers';
import styles from './SignIn.module.css';

export type Credentials = { email: string; password: string };

type Props = {
  title: string;
  text?: ReactNode;
  email?: string;
  to?: string | undefined;
  problem?: string | undefined;
  onSignedIn: (answer: SessionAnswer) => void;
  onCodeWanted: (credentials: Credentials) => void;
  onForgotten: (email: string) => void;
};

export function PasswordStep({ title, text, email: wanted, to, problem, onSignedIn, onCodeWanted, onForgotten }: Props) {
  const { t } = useTranslation(['signIn', 'account']);
  const sendsMail = useMaybeSession()?.sendsMail ?? false;
  const form = useForm({
    resolver: zodResolver(z.object({ email: z.string().trim().min(1, t('account:emailWanted')), password: z.string().min(1, t('account:passwordWanted')) })),
    defaultValues: { email: wanted ?? '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus(wanted ? 'password' : 'email'), [wanted, setFocus]);
  const submit = form.handleSubmit(async (values) => {
    try {
      onSignedIn(await auth.signIn(values));
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401;
      if (refused && error.field === 'code') {
        onCodeWanted(values);
        return;
      }
      showAccountError(form.setError, error, ['email', 'password']);
      if (refused) setFocus('password', { shouldSelect: true });
    }
  });
  return (
    <Step title={title}>
      {text}
      <Problem problem={problem} />
      <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        <TextField
          {...form.register('email')}
          label={t('account:email')}
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          readOnly={wanted !== undefined}
          error={errors.email?.message}
        />
        <PasswordField {...form.register('password')} label={t('account:password')} autoComplete="current-password" error={errors.password?.message} />
        <Button kind="primary" type="submit" fill busy={isSubmitting}>
          {t('submit')}
        </Button>
      </form>
      {sendsMail ? (
        <button type="button" className={styles.link} onClick={() => onForgotten(form.getValues('email'))}>
          {t('forgot')}
        </button>
      ) : (
        <AskOperator />
      )}
      <Providers to={to} note={wanted && t('providerNote', { email: wanted })} />
    </Step>
  );
}
