import * as Radix from '@radix-ui/react-dropdown-menu';
import { cloneElement, createContext, use, useRef, type ReactElement, type ReactNode } from 'react';

import { classes } from './classes';
import { Icon, type IconName } from './Icon';
import styles from './Menu.module.css';

/** Keeps what was chosen until the menu is closed and the focus is back on its button. */
const AfterClose = createContext<(action: () => void) => void>((action) => action());

type MenuProps = {
  /** The button that opens it. */
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom';
  /** As wide as its button at least. */
  matchWidth?: boolean;
};

export function Menu({ trigger, children, align = 'end', side = 'bottom', matchWidth = false }: MenuProps) {
  const chosen = useRef<(() => void) | undefined>(undefined);
  return (
    <AfterClose value={(action) => (chosen.current = action)}>
      {/* Not modal: a modal one hides the page from screen readers and locks its scrolling for a small list. */}
      <Radix.Root modal={false}>
        <Radix.Trigger asChild>{trigger}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            className={classes(styles.menu, matchWidth && styles.wide)}
            align={align}
            side={side}
            sideOffset={4}
            collisionPadding={8}
            onCloseAutoFocus={() => {
              const action = chosen.current;
              chosen.current = undefined;
              // A dialog that opens now returns the focus to the menu's button when it closes.
              if (action) setTimeout(action);
            }}
          >
            {children}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </AfterClose>
  );
}

type MenuItemProps = {
  children: ReactNode;
  onSelect?: () => void;
  icon?: IconName;
  danger?: boolean;
  /** Why it cannot be chosen; shown under its name. */
  disabledReason?: string | undefined;
  /** A link in place of an action, as in `<Link to="/profile" />`. */
  link?: ReactElement;
};

export function MenuItem({ children, onSelect, icon, danger = false, disabledReason, link }: MenuItemProps) {
  const afterClose = use(AfterClose);
  const content = (
    <>
      {icon && <Icon name={icon} />}
      <span className={styles.text}>
        {children}
        {disabledReason && <span className={styles.hint}>{disabledReason}</span>}
      </span>
    </>
  );
  const className = classes(styles.item, danger && styles.danger);
  if (link) {
    return (
      <Radix.Item asChild className={className}>
        {cloneElement(link, {}, content)}
      </Radix.Item>
    );
  }
  return (
    <Radix.Item className={className} disabled={Boolean(disabledReason)} onSelect={() => onSelect && afterClose(onSelect)}>
      {content}
    </Radix.Item>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className={styles.separator} />;
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <Radix.Label className={styles.heading}>{children}</Radix.Label>;
}

type MenuChoiceProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
};

/** One of several, marked with a tick. */
export function MenuChoice<Value extends string>({ label, value, onChange, options }: MenuChoiceProps<Value>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)} aria-label={label}>
      <Radix.Label className={styles.heading}>{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={styles.item}>
          <span className={styles.text}>{option.label}</span>
          <Radix.ItemIndicator className={styles.tick}>
            <Icon name="check" />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}
