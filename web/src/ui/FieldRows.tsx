import type { ReactNode } from 'react';

import styles from './FieldRows.module.css';
import { IconButton } from './IconButton';

/** The rows of a list that is written in a form. `stacked`: where it is narrow, the second field of a row stands below the first. */
export function FieldRows({ label, stacked = false, children }: { label: string; stacked?: boolean; children: ReactNode }) {
  return (
    <ul className={styles.rows} aria-label={label} data-stacked={stacked || undefined}>
      {children}
    </ul>
  );
}

/** Two fields, whose labels are shown in the first row only, and the button that takes the row away. */
export function FieldRow({ remove, onRemove, children }: { remove: string; onRemove: () => void; children: ReactNode }) {
  return (
    <li className={styles.row}>
      {children}
      <IconButton icon="trash" label={remove} onClick={onRemove} className={styles.remove} />
    </li>
  );
}
