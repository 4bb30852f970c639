import * as Radix from '@radix-ui/react-select';
import { useId, type Ref } from 'react';
import { useTranslation } from 'react-i18next';

import { classes } from './classes';
import { Field, type FieldProps } from './Field';
import fieldStyles from './Field.module.css';
import { Icon } from './Icon';
import { styleNonce } from './nonce';
import styles from './Select.module.css';

export type Option<Value extends string> = { value: Value; label: string; hint?: string; disabled?: boolean };

type Props<Value extends string> = FieldProps & {
  options: readonly Option<Value>[];
  value: Value | undefined;
  onChange: (value: Value) => void;
  placeholder?: string;
  disabled?: boolean;
  className?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
  onBlur?: () => void;
};

/** With react-hook-form: inside a Controller, `<Select {...field} />`. No value may be empty. */
export function Select<Value extends string>({ options, value, onChange, placeholder, disabled, className, ref, onBlur, ...field }: Props<Value>) {
  const { t } = useTranslation();
  const valueId = useId();
  const chosen = options.find((option) => option.value === value);
  return (
    <Field {...field} className={className}>
      {(control, labelId) => (
        // When options and value change together, Radix may report an empty value, which nobody has chosen.
        <Radix.Root value={value ?? ''} onValueChange={(next) => next && onChange(next as Value)} {...(disabled && { disabled })}>
          {/* Named by label and value: a combobox that is a button has no value of its own to read out. */}
          <Radix.Trigger {...control} ref={ref} onBlur={onBlur} aria-labelledby={`${labelId} ${valueId}`} className={classes(fieldStyles.control, styles.trigger)}>
            <span id={valueId} className={classes(styles.value, !chosen && styles.placeholder)}>
              <Radix.Value placeholder={placeholder ?? t('choose')}>{chosen?.label ?? placeholder ?? t('choose')}</Radix.Value>
            </span>
            <Icon name="chevron-down" />
          </Radix.Trigger>
          <Radix.Portal>
            {/* Choosing with Enter moves the focus back to the trigger, which the rest of the same stroke must not open again. */}
            <Radix.Content
              className={styles.content}
              position="popper"
              sideOffset={4}
              collisionPadding={8}
              aria-label={field.label}
              onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
            >
              <Radix.Viewport className={styles.viewport} nonce={styleNonce}>
                {options.map((option) => (
                  // Named by all that stands in it, the hint too; Radix would name it by its label alone.
                  <Radix.Item key={option.value} value={option.value} className={styles.item} {...(option.disabled && { disabled: true })} {...(option.hint && { 'aria-labelledby': undefined })}>
                    <span className={styles.text}>
                      <Radix.ItemText>{option.label}</Radix.ItemText>
                      {option.hint && <span className={styles.hint}>{option.hint}</span>}
                    </span>
                    <Radix.ItemIndicator>
                      <Icon name="check" />
                    </Radix.ItemIndicator>
                  </Radix.Item>
                ))}
              </Radix.Viewport>
            </Radix.Content>
          </Radix.Portal>
        </Radix.Root>
      )}
    </Field>
  );
}
