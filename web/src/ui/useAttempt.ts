import { useState } from 'react';

/**
 * Something that takes a moment and may fail. `busy` as long as it is at it, which
 * is when another attempt is ignored; `error` is what the last one threw.
 */
export function useAttempt() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const attempt = async (action: () => unknown) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await action();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return { busy, error, attempt };
}
