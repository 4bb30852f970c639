import type { Schema } from '@/api';
import { Badge, Hint } from '@/ui';

import { statusOf } from './status';
import type { Words } from './useWords';

const states = { enabled: 'success', expiresSoon: 'warning', expired: 'danger', disabled: 'neutral' } as const;

type Props = { apiKey: Schema<'ApiKey'>; now: number; words: Words };

/** Whether the key works, and why not. */
export function StatusBadge({ apiKey, now, words }: Props) {
  const status = statusOf(apiKey, now);
  const reason = reasonOf(apiKey, now, words);
  const badge = <Badge state={states[status]}>{words.t(status)}</Badge>;
  return reason ? <Hint text={reason}>{badge}</Hint> : badge;
}

function reasonOf(apiKey: Schema<'ApiKey'>, now: number, { t, relative, exactTime }: Words): string | undefined {
  const { expireAt } = apiKey;
  const status = statusOf(apiKey, now);
  if (status === 'enabled') return undefined;
  if (expireAt === null) return t('disabledReason');
  const expiry = { relative: relative(expireAt, now), time: exactTime(expireAt) };
  if (status === 'expiresSoon') return t('expiresSoonReason', expiry);
  if (status === 'expired') return t('expiredReason', expiry);
  return Date.parse(expireAt) <= now ? t('disabledExpiredReason', expiry) : t('disabledReason');
}
