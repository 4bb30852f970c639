import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { newPassword, NewPasswordField, showAccountError, usePasswordWords } from '@/account';
import { auth } from '@/api';
import { useSession } from '@/session';
import { Banner, Button, PasswordField, Section, toast } from '@/ui';
import { z } from '@/zod';

import styles from './Profile.module.css';
import { sessionsKey } from './sessionsKey';

export function Password() {
  const { t } = useTranslation(['profile', 'account']);
  const { person } = useSession();
  const queryClient = useQueryClient();
  const tell = usePasswordWords();
  const form = useForm({
    resolver: zodResolver(z.object({ currentPassword: z.string().min(1, t('account:passwordWanted')), newPassword: newPassword(tell) })),
    defaultValues: { currentPassword: '', newPassword: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const typed = useWatch({ control: form.control, name: 'newPassword' });
  const submit = form.handleSubmit(async (values) => {
    try {
      await auth.changePassword(values);
      form.reset();
      toast('success', t('passwordChanged'), t('passwordChangedText'));
      void queryClient.invalidateQueries({ queryKey: sessionsKey });
    } catch (error) {
      showAccountError(form.setError, error, ['currentPassword', 'newPassword']);
    }
  });
  return (
    <Section title={t('password')} description={t('passwordText')}>
      <form noValidate className={styles.form} onSubmit={(event) => void submit(event)}>
        {/* Tells a password manager whose password it is. */}
        <input hidden readOnly autoComplete="username" value={person?.email ?? ''} />
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        <PasswordField {...form.register('currentPassword')} label={t('currentPassword')} autoComplete="current-password" error={errors.currentPassword?.message} />
        <NewPasswordField {...form.register('newPassword')} label={t('account:newPassword')} typed={typed} error={errors.newPassword?.message} />
        <Button type="submit" busy={isSubmitting}>
          {t('changePassword')}
        </Button>
      </form>
    </Section>
  );
}
