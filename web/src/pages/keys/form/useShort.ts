import { useSyncExternalStore } from 'react';

const query = '(height < 480px)';

/** Whether the window is so low, or so much enlarged, that a form needs all of it. */
export function useShort(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

function subscribe(listener: () => void) {
  const media = matchMedia(query);
  media.addEventListener('change', listener);
  return () => media.removeEventListener('change', listener);
}
