import type { ReactNode } from 'react';

import { Preferences } from '@/account';
import { usePageTitle } from '@/ui';

import { Standalone } from './Standalone';
import styles from './Step.module.css';

/** A step of signing in, setting up or joining: a page outside the shell with its heading, which also titles the tab. */
export function Step({ title, children }: { title: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <Standalone footer={<Preferences />}>
      <h1 tabIndex={-1} className={styles.title}>
        {title}
      </h1>
      {children}
    </Standalone>
  );
}
