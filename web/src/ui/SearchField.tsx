import { useRef, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';

import { classes } from './classes';
import { Field } from './Field';
import styles from './Field.module.css';
import { Icon } from './Icon';
import { IconButton } from './IconButton';

type Props = {
  /** Its name; not shown, the placeholder is. */
  label: string;
  placeholder?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  className?: string | undefined;
  ref?: RefObject<HTMLInputElement | null> | undefined;
};

export function SearchField({ label, placeholder = label, value, onChange, className, ref }: Props) {
  const { t } = useTranslation();
  const own = useRef<HTMLInputElement>(null);
  const input = ref ?? own;
  const clear = () => {
    onChange('');
    input.current?.focus();
  };
  return (
    <Field label={label} labelHidden className={className}>
      {(control) => (
        <div className={classes(styles['with-inside'], styles['with-before'])}>
          <span className={styles.before}>
            <Icon name="search" />
          </span>
          <input
            {...control}
            ref={input}
            type="search"
            className={styles.control}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || value === '') return;
              event.stopPropagation(); // it empties the field, not the dialog around it
              clear();
            }}
          />
          {value !== '' && (
            <span className={styles.inside}>
              <IconButton icon="cross" label={t('clearSearch')} plain onClick={clear} />
            </span>
          )}
        </div>
      )}
    </Field>
  );
}
