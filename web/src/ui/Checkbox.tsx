import { useId, type ComponentPropsWithRef, type ReactNode } from 'react';

import styles from './Choice.module.css';
import { classes } from './classes';
import { FieldNotes } from './Field';
import fieldStyles from './Field.module.css';

type Props = Omit<ComponentPropsWithRef<'input'>, 'type' | 'children'> & { label: ReactNode; hint?: ReactNode; error?: string | undefined };

/** Works with `{...register('name')}`. */
export function Checkbox(props: Props) {
  return <Choice {...props} className={styles.checkbox} />;
}

/** On or off, at once: for settings that need no saving. */
export function Switch(props: Props) {
  return <Choice {...props} className={styles.switch} role="switch" />;
}

function Choice({ label, hint, error, className, ...input }: Props) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className={fieldStyles.field}>
      <label className={styles.choice}>
        <input {...input} type="checkbox" className={classes(styles.mark, className)} {...(described && { 'aria-describedby': described })} {...(error && { 'aria-invalid': true })} />
        <span className={styles.label}>
          {label}
          {hint && <span id={`${id}-hint`} aria-hidden className={styles.hint}>{hint}</span>}
        </span>
      </label>
      <FieldNotes id={id} error={error} />
    </div>
  );
}
