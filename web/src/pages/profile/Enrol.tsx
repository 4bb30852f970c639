import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { RecoveryCode, showAccountError, useTakenFirst } from '@/account';
import { auth, type NewSecondFactor } from '@/api';
import { sessionQuery, useSession } from '@/session';
import { Banner, Button, Dialog, FormDialog, PasswordField, toast } from '@/ui';
import { z } from '@/zod';

import { Scan } from './Scan';

/** Sets up a second factor: the password, the picture and a code, the recovery code. */
export function Enrol({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['profile', 'account']);
  const email = useSession().person?.email;
  const queryClient = useQueryClient();
  const [factor, setFactor] = useState<NewSecondFactor>();
  const [recoveryCode, setRecoveryCode] = useState<string>();
  const { take, leave, question } = useTakenFirst(onClose, recoveryCode !== undefined);
  const form = useForm({
    resolver: zodResolver(z.object({ password: z.string().min(1, t('account:passwordWanted')), code: factor ? z.string().trim().min(1, t('account:codeWanted')) : z.string() })),
    defaultValues: { password: '', code: '' },
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ password, code }) => {
    try {
      if (!factor) {
        setFactor(await auth.newSecondFactor({ password }));
        return;
      }
      const confirmed = await auth.confirmSecondFactor({ password, secret: factor.secret, code });
      setRecoveryCode(confirmed.recoveryCode);
      toast('success', t('factorSetUp'));
      void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    } catch (error) {
      showAccountError(form.setError, error, factor ? ['code'] : ['password']);
    }
  });
  if (recoveryCode !== undefined) {
    return (
      <Dialog open keepOpen onClose={leave} title={t('keepTitle')} footer={<Button kind="primary" onClick={leave}>{t('done')}</Button>}>
        <RecoveryCode code={recoveryCode} onTaken={take} />
        {question}
      </Dialog>
    );
  }
  return (
    <FormDialog
      keepOpen
      onClose={onClose}
      title={factor ? t('scanTitle') : t('enrolTitle')}
      description={factor ? undefined : t('enrolPassword')}
      confirm={factor ? t('confirm') : t('next')}
      busy={isSubmitting}
      onSubmit={() => void submit()}
    >
      {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
      {factor ? (
        <Scan factor={factor} code={form.register('code')} error={errors.code?.message} />
      ) : (
        <>
          <input hidden readOnly autoComplete="username" value={email} />
          <PasswordField {...form.register('password')} label={t('account:password')} autoComplete="current-password" error={errors.password?.message} />
        </>
      )}
    </FormDialog>
  );
}
