import { Button as ClickButton } from '@clickhouse/click-ui/Button';
import { useId, type ComponentPropsWithRef, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';

import styles from './Button.module.css';
import { classes } from './classes';
import type { IconName } from './Icon';
import { Spinner } from './Spinner';
import { Tooltip } from './Tooltip';

export type ButtonProps = Omit<ComponentPropsWithRef<'button'>, 'type' | 'disabled'> & {
  kind?: 'primary' | 'secondary' | 'danger' | 'empty';
  /** `submit` in a form; otherwise `button`. */
  type?: 'button' | 'submit';
  icon?: IconName;
  iconRight?: IconName;
  /** At work: keeps its width, says so, and ignores clicks. */
  busy?: boolean;
  /** Why it cannot be used now. The button stays reachable and tells the reason. */
  disabledReason?: string | undefined;
  fill?: boolean;
};

export function Button({ kind = 'secondary', type = 'button', icon, iconRight, busy = false, disabledReason, fill, className, onClick, children, ...rest }: ButtonProps) {
  const { t } = useTranslation();
  const reasonId = useId();
  const idle = busy || Boolean(disabledReason);
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (idle) event.preventDefault();
    else onClick?.(event);
  };
  const button = (
    <ClickButton
      {...rest}
      type={kind}
      htmlType={type}
      iconLeft={icon}
      iconRight={iconRight}
      fillWidth={fill}
      className={classes(styles.button, styles[kind], busy && styles.busy, disabledReason && styles.disabled, className)}
      onClick={click}
      aria-busy={busy || undefined}
      aria-disabled={idle || undefined}
      {...(disabledReason && { 'aria-describedby': reasonId })}
    >
      {children}
      {busy && (
        <span className={styles.spinner}>
          <Spinner />
        </span>
      )}
    </ClickButton>
  );
  return (
    <>
      {disabledReason ? <Tooltip text={disabledReason} openOnClick>{button}</Tooltip> : button}
      {disabledReason && (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      )}
      <span role="status" className="visually-hidden">
        {busy && t('busy')}
      </span>
    </>
  );
}
