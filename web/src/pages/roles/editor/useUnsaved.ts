import { useBlocker } from '@tanstack/react-router';
import { useRef } from 'react';

/** Asks before somebody leaves the page with changes that are not saved. */
export function useUnsaved(changed: boolean) {
  const done = useRef(false);
  const stays = () => changed && !done.current;
  const leaving = useBlocker({ shouldBlockFn: stays, enableBeforeUnload: stays, disabled: !changed, withResolver: true });
  return {
    /** They are saved: nothing holds anybody any more. */
    release: () => {
      done.current = true;
    },
    asking: leaving.status === 'blocked',
    question: { onStay: () => leaving.reset?.(), onLeave: () => leaving.proceed?.() },
  };
}
