import { Avatar as ClickAvatar } from '@clickhouse/click-ui/Avatar';

import styles from './Avatar.module.css';

/** The initials of somebody whose name stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span aria-hidden className={styles.avatar}>
      <ClickAvatar text={name} textSize="md" />
    </span>
  );
}
