import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';

/** Which parts of a new key somebody has copied or downloaded. */
export type Taken = { keyId: boolean; keySecret: boolean };

/**
 * Keeps what is shown once on the screen until both parts were taken along, or
 * until the person says that they do not want them.
 */
export function useTaken(shown: boolean, onClose: () => void) {
  const [taken, setTaken] = useState<Taken>({ keyId: false, keySecret: false });
  const [asking, setAsking] = useState(false);
  const atRisk = shown && !(taken.keyId && taken.keySecret);
  const leaving = useBlocker({ shouldBlockFn: () => atRisk, enableBeforeUnload: () => atRisk, disabled: !atRisk, withResolver: true });
  return {
    taken,
    take: (part: Partial<Taken>) => setTaken((before) => ({ ...before, ...part })),
    askToClose: () => (atRisk ? setAsking(true) : onClose()),
    asking: atRisk && (asking || leaving.status === 'blocked'),
    question: {
      onStay: () => {
        setAsking(false);
        leaving.reset?.();
      },
      onLeave: () => {
        onClose();
        leaving.proceed?.();
      },
    },
  };
}
