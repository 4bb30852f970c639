import { useId, type ComponentPropsWithRef, type MouseEvent } from 'react';

import { classes } from './classes';
import { Icon, type IconName } from './Icon';
import styles from './IconButton.module.css';
import { Tooltip } from './Tooltip';

type Props = Omit<ComponentPropsWithRef<'button'>, 'type' | 'disabled' | 'children'> & {
  icon: IconName;
  /** What it does: its name, and its tooltip. */
  label: string;
  /** Without a tooltip, for where the icon is obvious or a menu opens. */
  plain?: boolean;
  disabledReason?: string | undefined;
};

export function IconButton({ icon, label, plain = false, disabledReason, className, onClick, ...rest }: Props) {
  const reasonId = useId();
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (disabledReason) event.preventDefault();
    else onClick?.(event);
  };
  const button = (
    <button
      {...rest}
      type="button"
      aria-label={label}
      className={classes(styles.button, disabledReason && styles.disabled, className)}
      onClick={click}
      {...(disabledReason && { 'aria-disabled': true, 'aria-describedby': reasonId })}
    >
      <Icon name={icon} />
    </button>
  );
  if (plain && !disabledReason) return button;
  return (
    <>
      <Tooltip text={disabledReason ?? label} openOnClick={Boolean(disabledReason)}>
        {button}
      </Tooltip>
      {disabledReason && (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      )}
    </>
  );
}
