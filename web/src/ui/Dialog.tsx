import * as Radix from '@radix-ui/react-dialog';
import { Children, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { classes } from './classes';
import styles from './Dialog.module.css';
import { IconButton } from './IconButton';
import { closePassingToasts } from './toast';
import { useReturnFocus } from './useReturnFocus';

type Props = {
  open: boolean;
  /** Somebody wants to close it: with the cross, Escape, or a click beside it. It closes when `open` becomes false. */
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** Its buttons, the one that does it last. */
  footer?: ReactNode;
  /** Makes body and footer one form: `onSubmit={form.handleSubmit(save)}`. */
  onSubmit?: (event: SubmitEvent<HTMLFormElement>) => void;
  /** A click beside it does not close it: for what took work to fill in, or is shown once. */
  keepOpen?: boolean;
  /** Its body has distances of its own. */
  bare?: boolean;
};

/** In the upper part of the page, for a question or a short form. It grows downwards only. */
export function Dialog(props: Props & { wide?: boolean }) {
  return <Modal {...props} className={classes(styles.dialog, props.wide && styles.wide)} />;
}

/** A sheet from the side, for longer forms. */
export function Flyout(props: Props & { wide?: boolean; side?: 'left' | 'right' }) {
  return <Modal {...props} className={classes(styles.flyout, props.wide && styles.widest, props.side === 'left' && styles.left)} />;
}

function Modal({ open, onClose, title, description, children, footer, onSubmit, keepOpen = false, bare = false, className }: Props & { className: string }) {
  const { t } = useTranslation();
  const focus = useReturnFocus();
  const inside = (
    <>
      {Children.toArray(children).length > 0 && <div className={bare ? styles.bare : styles.body}>{children}</div>}
      {footer && <div className={styles.footer}>{footer}</div>}
    </>
  );
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={styles.overlay} />
        <Radix.Content
          className={className}
          {...focus}
          onOpenAutoFocus={(event) => {
            closePassingToasts(); // they would lie over its buttons
            focus.onOpenAutoFocus(event);
          }}
          {...(!description && { 'aria-describedby': undefined })}
          onPointerDownOutside={(event) => {
            // A toast that lies over the dialog is not beside it.
            const onToast = event.target instanceof Element && event.target.closest('[data-toasts]');
            if (keepOpen || onToast) event.preventDefault();
          }}
        >
          <div className={styles.header}>
            <div className={styles.titles}>
              <Radix.Title className={styles.title}>{title}</Radix.Title>
              {description && <Radix.Description asChild><div className={styles.description}>{description}</div></Radix.Description>}
            </div>
            <IconButton icon="cross" label={t('close')} plain onClick={onClose} />
          </div>
          {onSubmit ? (
            <form noValidate onSubmit={onSubmit} className={styles.form}>
              {inside}
            </form>
          ) : (
            inside
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
