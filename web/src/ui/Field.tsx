import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { classes } from './classes';
import styles from './Field.module.css';
import { Icon } from './Icon';

/** What every field has around its control. */
export type FieldProps = {
  label: string;
  /** Hidden from view, still its name. */
  labelHidden?: boolean;
  /** One sentence that helps to fill it in. */
  hint?: ReactNode;
  /** What is wrong with what stands in it. */
  error?: string | undefined;
  /** Says that it may stay empty. */
  optional?: boolean;
};

/** What ties a control to its label, hint and error. */
export type ControlProps = {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
};

type Props = FieldProps & { id?: string | undefined; className?: string | undefined; children: (control: ControlProps, labelId: string) => ReactNode };

export function Field({ label, labelHidden = false, hint, error, optional = false, id: givenId, className, children }: Props) {
  const { t } = useTranslation();
  const ownId = useId();
  const id = givenId ?? ownId;
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className={classes(styles.field, className)}>
      <label id={`${id}-label`} htmlFor={id} className={labelHidden ? 'visually-hidden' : styles.label}>
        {label}
        {optional && <span className={styles.optional}> ({t('optional')})</span>}
      </label>
      {children({ id, ...(described && { 'aria-describedby': described }), ...(error && { 'aria-invalid': true }) }, `${id}-label`)}
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

/** The error and the hint under a control, by the ids `ID-error` and `ID-hint`. */
export function FieldNotes({ id, hint, error }: { id: string; hint?: ReactNode; error?: string | undefined }) {
  return (
    <>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {hint && (
        <div id={`${id}-hint`} className={styles.hint}>
          {hint}
        </div>
      )}
    </>
  );
}

/** What is wrong. `alert`: it is about more than one control, which does not read it out, so it is read out when it appears. */
export function FieldError({ id, alert = false, children }: { id?: string; alert?: boolean; children: ReactNode }) {
  return (
    <p id={id} role={alert ? 'alert' : undefined} className={styles.error}>
      <Icon name="warning" size={14} />
      {children}
    </p>
  );
}
