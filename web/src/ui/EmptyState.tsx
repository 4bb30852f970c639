import type { ReactNode } from 'react';

import styles from './EmptyState.module.css';
import { Icon, type IconName } from './Icon';

type Props = {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Of the title: 2 below a page header, 1 where it is the page's only heading. */
  level?: 1 | 2;
};

export function EmptyState({ icon, title, children, action, level = 2 }: Props) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className={styles.empty}>
      {icon && (
        <span className={styles.icon}>
          <Icon name={icon} size={24} />
        </span>
      )}
      <Heading tabIndex={level === 1 ? -1 : undefined} className={styles.title}>{title}</Heading>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
