import { useId, type ComponentPropsWithRef, type ReactNode } from 'react';

import styles from './Choice.module.css';
import { classes } from './classes';
import { FieldNotes, type FieldProps } from './Field';
import fieldStyles from './Field.module.css';

export type RadioOption = { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean };

type Props = Omit<FieldProps, 'optional'> &
  Pick<ComponentPropsWithRef<'input'>, 'ref' | 'name' | 'onChange' | 'onBlur'> & {
    options: readonly RadioOption[];
    /** Of a controlled group; leave it out with `{...register('name')}`. */
    value?: string;
    /** One line instead of one below the other. */
    row?: boolean;
  };

export function RadioGroup(props: Props) {
  return <Radios {...props} list={classes(styles.group, props.row && styles.row)} item={styles.choice} />;
}

/** Radio buttons as cards, for a choice that deserves a sentence each. */
export function RadioCards(props: Props) {
  return <Radios {...props} list={styles.cards} item={classes(styles.choice, styles.card)} />;
}

function Radios({ label, labelHidden, hint, error, options, value, name, list, item, ref, onChange, onBlur }: Props & { list: string | undefined; item: string | undefined }) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div role="radiogroup" className={fieldStyles.field} aria-labelledby={`${id}-legend`} {...(described && { 'aria-describedby': described })} {...(error && { 'aria-invalid': true })}>
      <div id={`${id}-legend`} className={labelHidden ? 'visually-hidden' : fieldStyles.label}>
        {label}
      </div>
      <div className={list}>
        {options.map((option) => (
          <label key={option.value} className={item}>
            <input
              type="radio"
              ref={ref}
              name={name ?? id}
              value={option.value}
              onBlur={onBlur}
              onChange={onChange}
              disabled={option.disabled}
              className={classes(styles.mark, styles.radio)}
              {...(value !== undefined && { checked: value === option.value })}
            />
            <span className={styles.label}>
              {option.label}
              {option.hint && <span className={styles.hint}>{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}
