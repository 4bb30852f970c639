import { Fragment, useEffect, useId, type ReactNode } from 'react';

import { classes } from './classes';
import styles from './Layout.module.css';

/** Sets the title of the browser's tab. */
export function usePageTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
}

type PageHeaderProps = { title: string; description?: ReactNode; actions?: ReactNode };

/** The head of a page: its h1, which gets the focus after a navigation. Also titles the tab. */
export function PageHeader({ title, description, actions }: PageHeaderProps) {
  usePageTitle(title);
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        <h1 tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {description && <div className={styles.description}>{description}</div>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

/** A page's content. `narrow` for forms, which are hard to read when they are wide. */
export function Page({ children, narrow = false }: { children: ReactNode; narrow?: boolean }) {
  return <div className={classes(styles.page, narrow && styles.narrow)}>{children}</div>;
}

/** A titled part of a page, in a frame. */
export function Section({ title, description, actions, children }: { title: string; description?: ReactNode; actions?: ReactNode; children?: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles.card}>
      <div className={styles['section-header']}>
        <div className={styles.titles}>
          <h2 id={id} className={styles['section-title']}>
            {title}
          </h2>
          {description && <div className={styles.description}>{description}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A frame without a title. */
export function Card({ children }: { children: ReactNode }) {
  return <div className={styles.card}>{children}</div>;
}

/** One below the other (or side by side, with `row`), the usual distance apart. */
export function Stack({ children, row = false, gap = 20 }: { children: ReactNode; row?: boolean; gap?: number }) {
  return (
    <div className={classes(styles.stack, row && styles.row)} style={{ gap }}>
      {children}
    </div>
  );
}

/** Terms and what they are. */
export function DefinitionList({ items }: { items: readonly { term: string; value: ReactNode }[] }) {
  return (
    <dl className={styles.definitions}>
      {items.map((item) => (
        <div key={item.term} className={styles.definition}>
          <dt>{item.term}</dt>
          <dd>{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Text that is there but not shouting. */
export function Muted({ children }: { children: ReactNode }) {
  return <span className={styles.muted}>{children}</span>;
}

/** An identifier, an address: in the typewriter's letters. A name that is too long for its line breaks behind an underscore. */
export function Mono({ children }: { children: ReactNode }) {
  return <span className={styles.mono}>{typeof children === 'string' ? breakable(children) : children}</span>;
}

function breakable(name: string): ReactNode {
  return name.split(/(?<=_)(?!_|$)/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

/** For screen readers only. */
export function VisuallyHidden({ children }: { children: ReactNode }) {
  return <span className="visually-hidden">{children}</span>;
}
