import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { RecoveryCode, useTakenFirst } from '@/account';
import { Standalone } from '@/shell/Standalone';
import step from '@/shell/Step.module.css';
import { Button, usePageTitle } from '@/ui';

/** The sign-in used the recovery code up: this is the next one. */
export function NewRecoveryCode({ code, onContinue }: { code: string; onContinue: () => void }) {
  const { t } = useTranslation('signIn');
  usePageTitle(t('newCodeTitle'));
  const { take, leave, question } = useTakenFirst(onContinue);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Standalone>
      <h1 ref={heading} tabIndex={-1} className={step.title}>
        {t('newCodeTitle')}
      </h1>
      <p className={step.text}>{t('newCodeText')}</p>
      <RecoveryCode code={code} onTaken={take} />
      <Button kind="primary" fill onClick={leave}>
        {t('goOn')}
      </Button>
      {question}
    </Standalone>
  );
}
