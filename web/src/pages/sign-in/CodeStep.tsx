import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { CodeField, showAccountError } from '@/account';
import { ApiError, auth, type SessionAnswer } from '@/api';
import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Banner, Button } from '@/ui';
import { z } from '@/zod';

import type { Credentials } from './PasswordStep';
import styles from './SignIn.module.css';

type Props = { credentials: Credentials; onSignedIn: (answer: SessionAnswer) => void; onBack?: (() => void) | undefined };

/** The second factor, after the password was right. */
export function CodeStep({ credentials, onSignedIn, onBack }: Props) {
  const { t } = useTranslation(['signIn', 'account']);
  const [recovery, setRecovery] = useState(false);
  const form = useForm({ resolver: zodResolver(z.object({ code: z.string().trim().min(1, t('account:codeWanted')) })), defaultValues: { code: '' } });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => setFocus('code'), [recovery, setFocus]);
  const submit = form.handleSubmit(async ({ code }) => {
    try {
      onSignedIn(await auth.signIn({ ...credentials, code }));
    } catch (error) {
      showAccountError(form.setError, error, ['code']);
      if (error instanceof ApiError && error.field === 'code') setFocus('code', { shouldSelect: true });
    }
  });
  const toggle = () => {
    form.resetField('code');
    setRecovery(!recovery);
  };
  return (
    <Step title={t('codeTitle')}>
      <p className={step.text}>{t(recovery ? 'recoveryText' : 'codeText', { email: credentials.email })}</p>
      <form noValidate className={step.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        <CodeField {...form.register('code')} recovery={recovery} error={errors.code?.message} />
        <Button kind="primary" type="submit" fill busy={isSubmitting}>
          {t('verify')}
        </Button>
        <div className={styles.row}>
          <Button kind="empty" onClick={toggle}>
            {recovery ? t('account:useAppCode') : t('account:useRecoveryCode')}
          </Button>
          {onBack && (
            <Button kind="empty" onClick={onBack}>
              {t('otherAccount')}
            </Button>
          )}
        </div>
      </form>
    </Step>
  );
}
