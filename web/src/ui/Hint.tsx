import type { ReactNode } from 'react';

import styles from './Hint.module.css';
import { Tooltip } from './Tooltip';

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
