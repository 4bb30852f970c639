import { CodeBox } from '@/ui';

import styles from './ShownCode.module.css';

type Props = { label: string; code: string; hint?: string; onCopied?: () => void };

/** A code to keep or to type elsewhere: all of it is seen, on a phone as well. */
export function ShownCode({ label, code, hint, onCopied }: Props) {
  return (
    <div className={styles.shown}>
      <span aria-hidden className={styles.label}>
        {label}
      </span>
      <CodeBox label={label} code={code} {...(onCopied && { onCopied })} />
      {hint && <span className={styles.hint}>{hint}</span>}
    </div>
  );
}
