import type { IconName } from '@clickhouse/click-ui/Icon';
import { ICONS_MAP } from 'click-ui-icons';

import styles from './Icon.module.css';

export type { IconName };

type Props = {
  name: IconName;
  /** In pixels. */
  size?: 12 | 14 | 16 | 20 | 24 | 32;
  /** What it means to somebody who does not see it. Without a label it is decoration. */
  label?: string;
};

/** An icon of click-ui, without its wrapper: that is a block, which text cannot hold, and is called by its file name. */
export function Icon({ name, size = 16, label }: Props) {
  const Picture = ICONS_MAP[name];
  return (
    <span className={styles.icon} {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}>
      <Picture width={size} height={size} />
    </span>
  );
}
