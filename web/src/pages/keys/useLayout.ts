import { useSyncExternalStore } from 'react';

/** How much room the list has; `cards` begins where the Table itself changes. */
export type Layout = 'wide' | 'compact' | 'cards';

const cards = '(width < 768px)';
const compact = '(width < 1340px)';

export function useLayout(): Layout {
  return useSyncExternalStore(subscribe, () => (matchMedia(cards).matches ? 'cards' : matchMedia(compact).matches ? 'compact' : 'wide'));
}

function subscribe(listener: () => void) {
  const queries = [matchMedia(cards), matchMedia(compact)];
  queries.forEach((query) => query.addEventListener('change', listener));
  return () => queries.forEach((query) => query.removeEventListener('change', listener));
}
