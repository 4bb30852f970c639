import styles from './Skeleton.module.css';

type Props = { width?: string | number; height?: string | number };

/** Holds the place of something that is on its way. Say so to screen readers where it stands: `aria-busy`. */
export function Skeleton({ width = '100%', height = 14 }: Props) {
  return <span aria-hidden className={styles.skeleton} style={{ width, height }} />;
}
