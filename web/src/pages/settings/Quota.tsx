import { useId } from 'react';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { useFormat } from '@/format';
import { Badge, Muted } from '@/ui';

import styles from './Settings.module.css';
import { useQuotaWords } from './useQuotaWords';

/** A limit and how much of it is used. */
export function Quota({ quota }: { quota: Schema<'OrganizationQuota'> }) {
  const { t } = useTranslation('settings');
  const { number } = useFormat();
  const id = useId();
  const { name, description } = useQuotaWords()(quota);
  const { value, adjustable } = quota;
  const none = value === 0 && !quota.usage;
  const usage = none ? undefined : quota.usage;
  const used = none ? t('none') : usage === undefined ? t('limit', { limit: number(value) }) : t('usage', { used: number(usage), limit: number(value) });
  return (
    <li className={styles.quota}>
      <div className={styles.head}>
        <span className={styles.name} id={id}>
          {name}
        </span>
        {adjustable && <Badge state="neutral">{t('adjustable')}</Badge>}
        {usage !== undefined && usage > 0 && usage >= value && <Badge state={usage > value ? 'danger' : 'warning'}>{usage > value ? t('exceeded') : t('reached')}</Badge>}
        <span className={styles.usage}>{used}</span>
      </div>
      {usage !== undefined && (
        <div
          role="progressbar"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={value}
          aria-valuenow={Math.min(usage, value)}
          aria-valuetext={used}
          className={styles.bar}
        >
          <span style={{ width: `${share(usage, value)}%` }} className={usage > 0 && usage >= value ? styles.full : undefined} />
        </div>
      )}
      <Muted>{description}</Muted>
    </li>
  );
}

/** In percent. A little is seen, too. */
function share(usage: number, value: number): number {
  if (usage === 0) return 0;
  return value === 0 ? 100 : Math.min(100, Math.max(1, (100 * usage) / value));
}
