import { useState, type ComponentPropsWithRef } from 'react';
import { useTranslation } from 'react-i18next';

import { Field, type FieldProps } from './Field';
import styles from './Field.module.css';
import { IconButton } from './IconButton';

type Props = FieldProps & Omit<ComponentPropsWithRef<'input'>, 'type'> & { autoComplete: 'current-password' | 'new-password' };

/** Can be shown, so that a long one can be checked. */
export function PasswordField({ label, labelHidden = false, hint, error, optional = false, id, className, ...input }: Props) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} labelHidden={labelHidden} hint={hint} error={error} optional={optional} id={id} className={className}>
      {(control) => (
        <div className={styles['with-inside']}>
          <input {...input} {...control} type={shown ? 'text' : 'password'} spellCheck={false} autoCapitalize="none" className={styles.control} />
          <span className={styles.inside}>
            <IconButton icon={shown ? 'eye-closed' : 'eye'} label={shown ? t('hidePassword') : t('showPassword')} onClick={() => setShown(!shown)} />
          </span>
        </div>
      )}
    </Field>
  );
}
