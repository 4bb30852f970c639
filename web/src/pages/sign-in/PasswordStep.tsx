import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { Preferences, showAccountError } from '@/account';
import { ApiError, auth, type SessionAnswer } from '@/api';
import { Standalone } from '@/shell/Standalone';
import step from '@/shell/Step.module.css';
import { Banner, Button, PasswordField, TextField, usePageTitle } from '@/ui';
import { z } from '@/zod';

import { ForgotPassword } from './ForgotPassword';

export type Credentials = { email: string; password: string };

type Props = { onSignedIn: (answer: SessionAnswer) => void; onCodeWanted: (credentials: Credentials) => void };

export function PasswordStep({ onSignedIn, onCodeWanted }: Props) {
  const { t } = useTranslation(['signIn', 'account']);
  usePageTitle(t('title'));
  const form = useForm({
    resolver: zodResolver(z.object({ email: z.string().trim().min(1, t('account:emailWanted')), password: z.string().min(1, t('account:passwordWanted')) })),
    defaultValues: { email: '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus('email'), [setFocus]);
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
    <Standalone footer={<Preferences />}>
      <h1 tabIndex={-1} className={step.title}>
        {t('title')}
      </h1>
      <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        <TextField {...form.register('email')} label={t('account:email')} type="email" autoComplete="username" autoCapitalize="none" spellCheck={false} error={errors.email?.message} />
        <PasswordField {...form.register('password')} label={t('account:password')} autoComplete="current-password" error={errors.password?.message} />
        <Button kind="primary" type="submit" fill busy={isSubmitting}>
          {t('submit')}
        </Button>
      </form>
      <ForgotPassword />
    </Standalone>
  );
}
