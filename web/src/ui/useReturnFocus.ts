import { useRef } from 'react';

const fields = 'input:not([type="hidden"], [readonly], :disabled), textarea:not([readonly], :disabled), [role="combobox"]:not(:disabled)';

/**
 * Where the focus goes when a dialog opens and closes, for Radix' `onOpenAutoFocus`
 * and `onCloseAutoFocus`.
 *
 * In: what says `data-autofocus`, else the first field, else the dialog itself;
 * Radix would take the cross. A field brings up the keyboard of a phone, so there
 * it is the dialog.
 *
 * Out: to what had it. Radix knows a dialog's own trigger only, and ours are
 * opened by state. When it is gone, such as a deleted row's button, the page's
 * heading gets it.
 */
export function useReturnFocus() {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      opener.current = document.activeElement;
      const dialog = event.currentTarget;
      if (!(dialog instanceof HTMLElement)) return;
      event.preventDefault();
      const field = matchMedia('(pointer: coarse)').matches ? null : dialog.querySelector<HTMLElement>(fields);
      (dialog.querySelector<HTMLElement>('[data-autofocus]') ?? field ?? dialog).focus();
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      const before = opener.current;
      const target = before?.isConnected && before !== document.body ? before : document.querySelector('h1');
      if (target instanceof HTMLElement) target.focus();
    },
  };
}
