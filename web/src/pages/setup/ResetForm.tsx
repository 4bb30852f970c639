import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { newPassword, NewPasswordField, showAccountError, usePasswordWords } from '@/account';
import { ApiError, auth, type SessionAnswer } from '@/api';
import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Banner, Button, TextField } from '@/ui';
import { z } from '@/zod';

type Props = { token: string; email: string; onDone: (answer: SessionAnswer) => void; onUsed: () => void };

export function ResetForm({ token, email, onDone, onUsed }: Props) {
  const { t } = useTranslation(['setup', 'account']);
  const tell = usePasswordWords();
  const form = useForm({ resolver: zodResolver(z.object({ password: newPassword(tell) })), defaultValues: { password: '' } });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus('password'), [setFocus]);
  const typed = useWatch({ control: form.control, name: 'password' });
  const submit = form.handleSubmit(async ({ password }) => {
    try {
      onDone(await auth.reset({ token, password }));
    } catch (error) {
      if (error instanceof ApiError && error.field === 'token') onUsed();
      else showAccountError(form.setError, error, ['password']);
    }
  });
  return (
    <Step title={t('resetTitle')}>
      <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        {/* A password manager keeps the new password for the account that it finds here. */}
        <TextField label={t('account:email')} type="email" autoComplete="username" value={email} readOnly />
        <NewPasswordField {...form.register('password')} label={t('account:newPassword')} typed={typed} error={errors.password?.message} />
        <Banner kind="info">{t('resetNote')}</Banner>
        <Button kind="primary" type="submit" fill busy={isSubmitting}>
          {t('resetSubmit')}
        </Button>
      </form>
    </Step>
  );
}
