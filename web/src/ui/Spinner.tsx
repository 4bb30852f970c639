import styles from './Spinner.module.css';

type Props = { size?: number; label?: string };

export function Spinner({ size = 16, label }: Props) {
  return (
    <span className={styles.spinner} style={{ width: size, height: size }} {...(label ? { role: 'status', 'aria-label': label } : { 'aria-hidden': true })} />
  );
}
