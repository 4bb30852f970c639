import { Badge as ClickBadge } from '@clickhouse/click-ui/Badge';

import styles from './Badge.module.css';
import type { IconName } from './Icon';

type Props = {
  children: string;
  state?: 'default' | 'success' | 'neutral' | 'danger' | 'warning' | 'info';
  icon?: IconName;
};

/** A state in a word or two. click-ui's `disabled` is left out: nobody can read it. */
export function Badge({ children, state = 'default', icon }: Props) {
  return (
    <span className={styles.badge}>
      <ClickBadge text={children} state={state} ellipsisContent={false} {...(icon && { icon })} />
    </span>
  );
}
