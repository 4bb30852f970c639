import type { ComponentPropsWithRef } from 'react';

import { classes } from './classes';
import { Field, type FieldProps } from './Field';
import styles from './Field.module.css';

type Props = FieldProps & Omit<ComponentPropsWithRef<'input'>, 'type'> & { type?: 'text' | 'email' | 'number' | 'url'; mono?: boolean };

/** Works with `{...register('name')}` of react-hook-form. */
export function TextField({ label, labelHidden, hint, error, optional, mono, id, className, type = 'text', ...input }: Props) {
  return (
    <Field {...fieldProps({ label, labelHidden, hint, error, optional })} id={id} className={className}>
      {(control) => <input {...input} {...control} type={type} className={classes(styles.control, mono && styles.mono)} />}
    </Field>
  );
}

/** A multi-line TextField. */
export function TextArea({ label, labelHidden, hint, error, optional, mono, id, className, ...input }: FieldProps & ComponentPropsWithRef<'textarea'> & { mono?: boolean }) {
  return (
    <Field {...fieldProps({ label, labelHidden, hint, error, optional })} id={id} className={className}>
      {(control) => <textarea {...input} {...control} className={classes(styles.control, mono && styles.mono)} />}
    </Field>
  );
}

/** A day, `YYYY-MM-DD`, picked with the browser's own calendar. */
export function DateField({ label, labelHidden, hint, error, optional, id, className, ...input }: FieldProps & Omit<ComponentPropsWithRef<'input'>, 'type'>) {
  return (
    <Field {...fieldProps({ label, labelHidden, hint, error, optional })} id={id} className={className}>
      {(control) => <input {...input} {...control} type="date" className={classes(styles.control, styles.date)} />}
    </Field>
  );
}

function fieldProps({ label, labelHidden = false, hint, error, optional = false }: { [Name in keyof FieldProps]: FieldProps[Name] | undefined } & { label: string }) {
  return { label, labelHidden, hint, error, optional };
}
