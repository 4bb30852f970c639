import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Step } from '@/shell/Step';
import step from '@/shell/Step.module.css';
import { Button, LinkButton } from '@/ui';

type Props = {
  /** The address has no token. */
  missing: boolean;
  /** Why the link could not be checked. */
  failure: string | undefined;
  /** Of a link that was checked and does not work. */
  title: string;
  text: string;
  /** What to do about it. */
  children: ReactNode;
};

/** A link that leads nowhere. */
export function DeadLink({ missing, failure, title, text, children }: Props) {
  const { t } = useTranslation(['setup', 'common']);
  return (
    <Step title={missing ? t('missingTitle') : failure ? t('failedTitle') : title}>
      <p className={step.text}>{missing ? t('missingText') : (failure ?? text)}</p>
      {failure ? <Button onClick={() => location.reload()}>{t('common:retry')}</Button> : children}
      <LinkButton to="/sign-in">{t('signIn')}</LinkButton>
    </Step>
  );
}
