import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';

import { classes } from './classes';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { closeToast, isPassing, useToasts, type ToastMessage } from './toast';
import styles from './Toaster.module.css';

const lifetime = 6_000;

/** Shows the toasts. Once per page, in the shell. */
export function Toaster() {
  const { t } = useTranslation();
  const messages = useToasts();
  // In the body: a modal dialog hides everything else there, but not what speaks (aria-live).
  return createPortal(
    <section aria-label={t('notifications')} aria-live="polite" data-toasts className={styles.toaster}>
      {messages.map((message) => (
        <Toast key={message.id} message={message} />
      ))}
    </section>,
    document.body,
  );
}

function Toast({ message }: { message: ToastMessage }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  const passing = isPassing(message) && !held;
  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(() => closeToast(message.id), lifetime);
    return () => clearTimeout(timer);
  }, [passing, message.id]);
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- nothing happens but that it stays
    <div
      className={styles.toast}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={classes(styles.icon, styles[message.kind])}>
        <Icon name={message.kind === 'success' ? 'check-in-circle' : message.kind === 'danger' ? 'warning' : 'info-in-circle'} />
      </span>
      <div className={styles.text}>
        <p className={styles.title}>{message.title}</p>
        {message.text && <p className={styles.detail}>{message.text}</p>}
      </div>
      <IconButton icon="cross" label={t('close')} plain onClick={() => closeToast(message.id)} />
    </div>
  );
}
