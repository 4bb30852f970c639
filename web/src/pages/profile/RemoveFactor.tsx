import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { CodeField, showAccountError } from '@/account';
import { auth } from '@/api';
import { sessionQuery, useSession } from '@/session';
import { Banner, Button, FormDialog, PasswordField, toast } from '@/ui';
import { z } from '@/zod';

/** Asks for both factors before it removes the second. */
export function RemoveFactor({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['profile', 'account']);
  const email = useSession().person?.email;
  const queryClient = useQueryClient();
  const [recovery, setRecovery] = useState(false);
  const form = useForm({
    resolver: zodResolver(z.object({ password: z.string().min(1, t('account:passwordWanted')), code: z.string().trim().min(1, t('account:codeWanted')) })),
    defaultValues: { password: '', code: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      await auth.removeSecondFactor(values);
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      toast('success', t('factorRemoved'));
      onClose();
    } catch (error) {
      showAccountError(form.setError, error, ['password', 'code']);
    }
  });
  const toggle = () => {
    form.resetField('code');
    setRecovery(!recovery);
  };
  return (
    <FormDialog
      kind="danger"
      onClose={onClose}
      title={t('removeTitle')}
      description={t('removeText')}
      confirm={t('remove')}
      busy={isSubmitting}
      onSubmit={() => void submit()}
    >
      {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
      <input hidden readOnly autoComplete="username" value={email} />
      <PasswordField {...form.register('password')} label={t('account:password')} autoComplete="current-password" error={errors.password?.message} />
      <CodeField {...form.register('code')} recovery={recovery} error={errors.code?.message} />
      <div>
        <Button kind="empty" onClick={toggle}>
          {recovery ? t('account:useAppCode') : t('account:useRecoveryCode')}
        </Button>
      </div>
    </FormDialog>
  );
}
