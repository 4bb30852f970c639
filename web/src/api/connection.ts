import { useSyncExternalStore } from 'react';

let lost = false;
const listeners = new Set<() => void>();

/** Tells the banner whether the last request was answered. */
export function reportConnection(answered: boolean) {
  if (lost === !answered) return;
  lost = !answered;
  listeners.forEach((tell) => tell());
}

/** Whether Gatehouse does not answer at the moment. */
export function useConnectionLost(): boolean {
  return useSyncExternalStore(subscribe, () => lost);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
