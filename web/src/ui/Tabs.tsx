import { Link, type LinkComponentProps } from '@tanstack/react-router';
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';

import { classes } from './classes';
import styles from './Tabs.module.css';
import { useTabRow } from './useTabRow';

export type Tab = { name: string; content: ReactNode };

type Props = {
  /** What the tabs are of. */
  label: string;
  labelHidden?: boolean;
  tabs: readonly Tab[];
};

/** One of several contents at a time, within a page. Names are different from each other. */
export function Tabs({ label, labelHidden = false, tabs }: Props) {
  const id = useId();
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  const row = useTabRow<HTMLDivElement>();
  const [chosen, setChosen] = useState(0);
  const shown = Math.min(chosen, tabs.length - 1);
  const move = (event: KeyboardEvent) => {
    const next = { ArrowRight: shown + 1, ArrowLeft: shown - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault(); // the page stays where it is
    const index = (next + tabs.length) % tabs.length;
    setChosen(index);
    buttons.current[index]?.focus();
  };
  const tab = tabs[shown];
  return (
    <div className={styles.use}>
      <p id={`${id}-title`} className={labelHidden ? 'visually-hidden' : styles.label}>
        {label}
      </p>
      <div ref={row} role="tablist" tabIndex={-1} aria-labelledby={`${id}-title`} className={styles.tabs} onKeyDown={move}>
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            ref={(button) => void (buttons.current[index] = button)}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === shown}
            aria-controls={`${id}-panel`}
            tabIndex={index === shown ? 0 : -1}
            className={classes(styles.tab, styles.within)}
            onClick={() => setChosen(index)}
          >
            {name}
          </button>
        ))}
      </div>
      <div key={tab?.name} role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${shown}`} className={styles.panel}>
        {tab?.content}
      </div>
    </div>
  );
}

/** The way between pages that belong together. `label` is what they are of. */
export function LinkTabs({ label, children }: { label: string; children: ReactNode }) {
  const row = useTabRow<HTMLElement>();
  return (
    <nav ref={row} aria-label={label} className={styles.tabs}>
      {children}
    </nav>
  );
}

/** One of them, a TanStack link. `current`: it is the page that is shown. */
export function LinkTab({ current, ...link }: LinkComponentProps & { current: boolean }) {
  return <Link {...link} activeOptions={{ exact: true }} className={classes(styles.tab, styles.page)} {...(current && { 'aria-current': 'page' })} />;
}
