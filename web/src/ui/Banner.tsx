import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import styles from './Banner.module.css';
import { classes } from './classes';
import { Icon, type IconName } from './Icon';
import { IconButton } from './IconButton';

type Props = {
  kind?: 'info' | 'success' | 'warning' | 'danger' | 'neutral';
  title?: string;
  children?: ReactNode;
  /** Such as a button. */
  action?: ReactNode;
  onClose?: () => void;
};

const icons: Record<NonNullable<Props['kind']>, IconName> = {
  info: 'info-in-circle',
  success: 'check-in-circle',
  warning: 'warning',
  danger: 'warning',
  neutral: 'info-in-circle',
};

/** Something to know about what is around it. What is wrong is announced at once. */
export function Banner({ kind = 'info', title, children, action, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <div role={kind === 'danger' ? 'alert' : 'status'} className={classes(styles.banner, styles[kind])}>
      <Icon name={icons[kind]} />
      <div className={styles.text}>
        {title && <p className={styles.title}>{title}</p>}
        {children && <div>{children}</div>}
      </div>
      {action && <div className={styles.action}>{action}</div>}
      {onClose && <IconButton icon="cross" label={t('close')} plain onClick={onClose} className={styles.close} />}
    </div>
  );
}
