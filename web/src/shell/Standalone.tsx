import type { ReactNode } from 'react';

import { Mark } from './Mark';
import styles from './Standalone.module.css';

/** A page outside the shell: the mark, and one card. For signing in and setting up. */
export function Standalone({ children, footer }: { children: ReactNode; footer?: ReactNode }) {
  return (
    <div className={styles.standalone}>
      <main className={styles.main}>
        <div className={styles.brand}>
          <Mark size={36} />
          <span>Gatehouse</span>
        </div>
        <div className={styles.card}>{children}</div>
      </main>
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </div>
  );
}
