import type { Schema } from '@/api';
import { Hint, Muted } from '@/ui';

import styles from './keys.module.css';
import type { Words } from './useWords';

/** The day, and below it the time with its zone. */
export function Expiry({ expireAt, words: { t, date, time } }: { expireAt: string | null; words: Words }) {
  if (expireAt === null) return <Muted>{t('never')}</Muted>;
  return (
    <time dateTime={expireAt} className={styles.lines}>
      <span>{date(expireAt)}</span>
      <span className={styles.second}>{time(expireAt)}</span>
    </time>
  );
}

/** When, and by whom. */
export function Creation({ apiKey, words: { t, date, exactTime } }: { apiKey: Schema<'ApiKey'>; words: Words }) {
  const by = t('createdBy', { name: apiKey.createdBy.actorDetails });
  return (
    <span className={styles.lines}>
      <time dateTime={apiKey.createdAt} title={exactTime(apiKey.createdAt)}>
        {date(apiKey.createdAt)}
      </time>
      <span className={styles.second} title={by}>
        {by}
      </span>
    </span>
  );
}

type LastUseProps = { usedAt: string | undefined; now: number; words: Words };

export function LastUse({ usedAt, now, words: { t, sinceMinute, exactTime } }: LastUseProps) {
  if (usedAt === undefined) return <Muted>{t('neverUsed')}</Muted>;
  return (
    <Hint text={exactTime(usedAt)}>
      <time dateTime={usedAt}>{sinceMinute(usedAt, now)}</time>
    </Hint>
  );
}
