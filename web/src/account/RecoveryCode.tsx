import { useBlocker } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Banner, Button, Dialog } from '@/ui';

import { saveFile } from './saveFile';
import { ShownCode } from './ShownCode';

/** A recovery code, which is shown once: to be copied or saved. */
export function RecoveryCode({ code, onTaken }: { code: string; onTaken: () => void }) {
  const { t } = useTranslation('account');
  const save = () => {
    saveFile('gatehouse-recovery-code.txt', [t('recoveryFile', { host: location.host, code })], 'text/plain;charset=utf-8');
    onTaken();
  };
  return (
    <>
      <Banner kind="warning" title={t('shownOnce')}>
        {t('recoveryWhat')}
      </Banner>
      <ShownCode label={t('recoveryCode')} code={code} onCopied={onTaken} />
      <div>
        <Button icon="download" onClick={save}>
          {t('download')}
        </Button>
      </div>
    </>
  );
}

/**
 * For where a recovery code is shown: `leave` asks first when the code was neither
 * copied nor saved, and so does the browser's own way back. `question` has to be
 * rendered.
 */
export function useTakenFirst(goOn: () => void, shown = true): { take: () => void; leave: () => void; question: ReactNode } {
  const { t } = useTranslation(['account', 'common']);
  const [taken, setTaken] = useState(false);
  const [asking, setAsking] = useState(false);
  const atRisk = shown && !taken;
  const blocker = useBlocker({ shouldBlockFn: () => atRisk, enableBeforeUnload: () => atRisk, disabled: !atRisk, withResolver: true });
  const stay = () => {
    setAsking(false);
    blocker.reset?.();
  };
  const leave = () => {
    setAsking(false);
    if (blocker.status === 'blocked') blocker.proceed();
    else goOn();
  };
  return {
    take: () => setTaken(true),
    leave: atRisk ? () => setAsking(true) : goOn,
    question: (
      <Dialog
        open={asking || blocker.status === 'blocked'}
        onClose={stay}
        title={t('leaveTitle')}
        description={t('leaveText')}
        footer={
          <>
            <Button onClick={leave}>{t('leaveAnyway')}</Button>
            <Button kind="primary" onClick={stay}>
              {t('stay')}
            </Button>
          </>
        }
      />
    ),
  };
}
