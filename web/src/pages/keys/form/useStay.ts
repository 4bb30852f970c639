import { useBlocker } from '@tanstack/react-router';

/** Nobody leaves the page, by a link, the browser's buttons or closing it, as long as `stay` is true. */
export function useStay(stay: boolean) {
  useBlocker({ shouldBlockFn: () => stay, enableBeforeUnload: () => stay, disabled: !stay });
}
