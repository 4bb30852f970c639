import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';

/** Moves the focus to the new page's heading, so that a screen reader starts to read there. */
export function useFocusOnNavigation() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return; // of the first page the browser takes care
        requestAnimationFrame(() => {
          // A page that has put the focus where it wants it, such as a form, keeps it.
          if (document.activeElement?.closest('main')) return;
          document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
        });
      }),
    [router],
  );
}
