import { VisuallyHidden } from '@/ui';

import styles from './keys.module.css';
import type { Words } from './useWords';

/** What may be shown of a Key ID: its last four characters. */
export function KeyIdEnd({ suffix, words: { t } }: { suffix: string; words: Words }) {
  return (
    <>
      <span aria-hidden className={styles['key-id']}>
        <span className={styles.dots}>••••</span>
        {suffix}
      </span>
      {/* Apart, so that they are spelled. */}
      <VisuallyHidden>{t('keyIdEnds', { suffix: Array.from(suffix).join(' ') })}</VisuallyHidden>
    </>
  );
}
