import * as Radix from '@radix-ui/react-tooltip';
import { useState, type ReactElement } from 'react';

import styles from './Tooltip.module.css';

type Props = {
  text: string;
  /** One element that takes the focus. */
  children: ReactElement;
  /** A tap or a click shows it too: for buttons that do nothing but tell why. */
  openOnClick?: boolean;
  side?: 'top' | 'right' | 'bottom' | 'left';
};

export function Tooltip({ text, children, openOnClick = false, side = 'top' }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Radix.Provider delayDuration={300}>
      <Radix.Root open={open} onOpenChange={setOpen}>
        <Radix.Trigger
          asChild
          // Radix closes it on a press; that of an idle button should open it.
          {...(openOnClick && {
            onPointerDown: (event) => event.preventDefault(),
            onClick: (event) => {
              event.preventDefault();
              setOpen(true);
            },
          })}
        >
          {children}
        </Radix.Trigger>
        <Radix.Portal>
          <Radix.Content className={styles.tooltip} side={side} sideOffset={6} collisionPadding={8}>
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
