import { useBlocker } from '@tanstack/react-router';
import { useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ConfirmDialog } from '@/ui';

/**
 * Keeps a password that is shown once on the screen until it was copied or
 * downloaded, or until the person says that they do not want it. `question` has to
 * be rendered.
 */
export function usePasswordTaken(shown: boolean, onClose: () => void): { take: () => void; leave: () => void; question: ReactNode } {
  const { t } = useTranslation('services');
  const [taken, setTaken] = useState(false);
  const [asking, setAsking] = useState(false);
  const atRisk = shown && !taken;
  const free = useRef(false); // at once, not with the next rendering: onClose may lead to another page
  const holds = () => atRisk && !free.current;
  const blocker = useBlocker({ shouldBlockFn: holds, enableBeforeUnload: holds, disabled: !atRisk, withResolver: true });
  const stay = () => {
    setAsking(false);
    blocker.reset?.();
  };
  const leaveAnyway = () => {
    setAsking(false);
    setTaken(true);
    free.current = true;
    if (blocker.status === 'blocked') blocker.proceed();
    else onClose();
  };
  return {
    take: () => setTaken(true),
    leave: atRisk ? () => setAsking(true) : onClose,
    question: (asking || blocker.status === 'blocked') && (
      <ConfirmDialog
        kind="danger"
        title={t('secret.leaveTitle')}
        description={t('secret.leaveText')}
        cancel={t('secret.stay')}
        confirm={t('secret.leave')}
        onConfirm={leaveAnyway}
        onClose={stay}
      />
    ),
  };
}
