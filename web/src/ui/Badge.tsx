import { Badge as ClickBadge } from '@clickhouse/click-ui/Badge';

import styles from './Badge.module.css';
import { Icon, type IconName } from './Icon';

type Props = {
  children: string;
  state?: 'default' | 'success' | 'neutral' | 'danger' | 'warning' | 'info';
  icon?: IconName;
};

/** A state in a word or two. click-ui's `disabled` is left out: nobody can read it. */
export function Badge({ children, state = 'default', icon }: Props) {
  return (
    <span className={styles.badge}>
      <ClickBadge text={icon ? <WithIcon icon={icon}>{children}</WithIcon> : children} state={state} ellipsisContent={false} />
    </span>
  );
}

/** click-ui's own has the name of its file, which would become part of what the badge says. */
function WithIcon({ icon, children }: { icon: IconName; children: string }) {
  return (
    <span className={styles['with-icon']}>
      <Icon name={icon} size={12} />
      {children}
    </span>
  );
}
