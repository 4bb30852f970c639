import type { ReactNode } from 'react';

import { Tooltip } from '@/ui';

import styles from './keys.module.css';

/** Something short that has more to say: on hover, on a tap, and to the keyboard. */
export function Hint({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Tooltip text={text} openOnClick>
      <button type="button" className={styles.hint}>
        {children}
      </button>
    </Tooltip>
  );
}
