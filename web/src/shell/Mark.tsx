import styles from './Mark.module.css';

/** Gatehouse's own mark: a gate's arch around a keyhole. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg className={styles.mark} width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" className={styles.ground} />
      <path d="M5.5 26.5V15.5a10.5 10.5 0 0 1 21 0v11h-4V15.5a6.5 6.5 0 0 0-13 0v11z" />
      <path d="M16 12.6a3.1 3.1 0 0 1 1.75 5.66l1.35 8.24h-6.2l1.35-8.24A3.1 3.1 0 0 1 16 12.6z" />
    </svg>
  );
}
