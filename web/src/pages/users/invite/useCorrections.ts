import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isAddress } from './addresses';
import type { Invite } from './useInvites';

/** What was typed in place of the addresses that failed. */
export function useCorrections(invites: readonly Invite[]) {
  const { t } = useTranslation('users');
  const [typed, setTyped] = useState<ReadonlyMap<number, string>>(new Map());
  const [wrong, setWrong] = useState<ReadonlySet<number>>(new Set());
  const failed = invites.filter(({ outcome }) => outcome.kind === 'failed');
  const textOf = ({ id, email }: Invite) => typed.get(id) ?? email;
  return {
    failed,
    textOf,
    type: (id: number, text: string) => setTyped(new Map(typed).set(id, text)),
    errorOf: ({ id, outcome }: Invite) => (wrong.has(id) ? t('noAddress') : outcome.kind === 'failed' ? outcome.text : undefined),
    /** The addresses to try; undefined when one of them is none. */
    take: (): ReadonlyMap<number, string> | undefined => {
      const next = new Map(failed.map((invite) => [invite.id, textOf(invite).trim().toLowerCase()]));
      const none = new Set([...next].filter(([, email]) => !isAddress(email)).map(([id]) => id));
      setWrong(none);
      return none.size > 0 ? undefined : next;
    },
  };
}
