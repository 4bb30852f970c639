import { Link as RouterLink, type LinkComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import buttonStyles from './Button.module.css';
import { classes } from './classes';
import { Icon, type IconName } from './Icon';
import styles from './Link.module.css';

/** A link to another page of the console. */
export function Link({ className, ...rest }: LinkComponentProps & { className?: string }) {
  return <RouterLink {...rest} className={classes(styles.link, className)} />;
}

/** From a page to the one above it. */
export function BackLink({ className, children, ...rest }: LinkComponentProps & { className?: string | undefined; children: ReactNode }) {
  return (
    <Link {...rest} className={classes(styles.back, className)}>
      <Icon name="chevron-left" size={14} />
      {children}
    </Link>
  );
}

type ExternalLinkProps = { href: string; children: ReactNode; download?: boolean };

/** A link out of the console; opens in a new tab. */
export function ExternalLink({ href, children }: ExternalLinkProps) {
  const { t } = useTranslation();
  return (
    <a href={href} target="_blank" rel="noreferrer" className={styles.link}>
      {children} <span className={styles.external}><Icon name="popout" size={12} label={t('opensNewTab')} /></span>
    </a>
  );
}

type LinkButtonProps = LinkComponentProps & { kind?: 'primary' | 'secondary'; icon?: IconName; children: ReactNode };

/** A link that looks like a button: it leads somewhere, it does nothing. */
export function LinkButton({ kind = 'secondary', icon, children, ...rest }: LinkButtonProps) {
  return (
    <RouterLink {...rest} className={classes(buttonStyles.button, buttonStyles[kind], styles.button, styles[kind])}>
      {icon && <Icon name={icon} />}
      {children}
    </RouterLink>
  );
}
