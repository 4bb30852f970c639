import { useSyncExternalStore } from 'react';

export type ToastKind = 'success' | 'danger' | 'info';
export type ToastMessage = { id: number; kind: ToastKind; title: string; text?: string | undefined };

let messages: readonly ToastMessage[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says in a corner that something is done, or was not: `toast('success', t('saved'))`. */
export function toast(kind: ToastKind, title: string, text?: string) {
  lastId += 1;
  change([...messages.slice(-2), { id: lastId, kind, title, text }]);
}

export function closeToast(id: number) {
  change(messages.filter((message) => message.id !== id));
}

/** Those that would go by themselves: somebody has moved on. */
export function closePassingToasts() {
  if (messages.some(isPassing)) change(messages.filter((message) => !isPassing(message)));
}

/** What went wrong stays until it has been read. */
export function isPassing({ kind }: ToastMessage): boolean {
  return kind !== 'danger';
}

export function useToasts(): readonly ToastMessage[] {
  return useSyncExternalStore(subscribe, () => messages);
}

function change(next: readonly ToastMessage[]) {
  messages = next;
  listeners.forEach((tell) => tell());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
