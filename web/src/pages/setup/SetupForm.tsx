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

type Props = { token: string; organization: string; onDone: (answer: SessionAnswer) => void; onUsed: () => void };

export function SetupForm({ token, organization, onDone, onUsed }: Props) {
  const { t } = useTranslation(['setup', 'account']);
  const tell = usePasswordWords();
  const form = useForm({
    resolver: zodResolver(
      z.object({
        email: z.string().trim().regex(/^[^\s@]+@[^\s@]+$/, t('account:emailWanted')),
        name: z.string().trim().min(1, t('account:nameWanted')).max(255, t('account:tooLong', { count: 255 })),
        password: newPassword(tell),
      }),
    ),
    defaultValues: { email: '', name: '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus('name'), [setFocus]);
  const typed = useWatch({ control: form.control, name: 'password' });
  const submit = form.handleSubmit(async (values) => {
    try {
      onDone(await auth.setUp({ token, ...values }));
    } catch (error) {
      if (error instanceof ApiError && error.field === 'token') onUsed();
      else showAccountError(form.setError, error, ['email', 'name', 'password']);
    }
  });
  return (
    <Step title={t('title')}>
      <p className={step.text}>{t('text', { organization })}</p>
      <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        <TextField {...form.register('name')} label={t('nameLabel')} autoComplete="name" error={errors.name?.message} />
        <TextField {...form.register('email')} label={t('account:email')} type="email" hint={t('emailHint')} autoComplete="username" autoCapitalize="none" spellCheck={false} error={errors.email?.message} />
        <NewPasswordField {...form.register('password')} label={t('account:password')} typed={typed} error={errors.password?.message} />
        <Button kind="primary" type="submit" fill busy={isSubmitting}>
          {t('submit')}
        </Button>
      </form>
    </Step>
  );
}
