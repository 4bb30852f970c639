import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { newPassword, NewPasswordField, showAccountError, usePasswordWords } from '@/account';
import { ApiError, auth, type SessionAnswer } from '@/api';
import { Providers } from '@/pages/sign-in/Providers';
import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Banner, Button, TextField } from '@/ui';
import { z } from '@/zod';

import { Offer } from './Offer';
import type { Offered } from './offered';

type Props = { token: string; offered: Offered; onDone: (answer: SessionAnswer) => void; onUsed: () => void };

/** For somebody who is new here: they become a person, and a member. */
export function NewAccount({ token, offered, onDone, onUsed }: Props) {
  const { t } = useTranslation(['invitation', 'setup', 'account']);
  const title = t('join', { organization: offered.organization });
  const tell = usePasswordWords();
  const form = useForm({
    resolver: zodResolver(
      z.object({ name: z.string().trim().min(1, t('account:nameWanted')).max(255, t('account:tooLong', { count: 255 })), password: newPassword(tell) }),
    ),
    defaultValues: { name: '', password: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus('name'), [setFocus]);
  const typed = useWatch({ control: form.control, name: 'password' });
  const submit = form.handleSubmit(async (values) => {
    try {
      onDone(await auth.accept({ token, ...values }));
    } catch (error) {
      // The link was used, or there is an account by now.
      if (error instanceof ApiError && (error.field === 'token' || error.field === 'email')) onUsed();
      else showAccountError(form.setError, error, ['name', 'password']);
    }
  });
  return (
    <Step title={title}>
      <Offer offered={offered} more={t('newText')} />
      <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        {/* A password manager keeps the password for the account that it finds here. */}
        <TextField label={t('account:email')} type="email" autoComplete="username" value={offered.email} readOnly />
        <TextField {...form.register('name')} label={t('setup:nameLabel')} autoComplete="name" error={errors.name?.message} />
        <NewPasswordField {...form.register('password')} label={t('account:password')} typed={typed} error={errors.password?.message} />
        <Button kind="primary" type="submit" fill busy={isSubmitting}>
          {t('createAndJoin')}
        </Button>
      </form>
      <Providers to="/welcome" note={t('providerNote', { email: offered.email })} />
    </Step>
  );
}
