import { useRef } from 'react';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { Button, FieldRow, FieldRows, TextField } from '@/ui';

import styles from './fields.module.css';
import { mostTags, type Tag } from './tags';

/** The tags of a service, in a form (FormProvider) that has them as `tags`. */
export function TagRows() {
  const { t } = useTranslation('services');
  const { control, register, formState } = useFormContext<{ tags: Tag[] }>();
  const { fields, append, remove } = useFieldArray({ control, name: 'tags' });
  const add = useRef<HTMLButtonElement>(null);
  const errors = formState.errors.tags;
  const removeAt = (index: number) => {
    remove(index);
    add.current?.focus(); // the button that had it is gone
  };
  const plain = { mono: true, autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
  return (
    <div className={styles.stack}>
      {fields.length > 0 && (
        <FieldRows label={t('create.tags')}>
          {fields.map((row, index) => (
            <FieldRow key={row.id} remove={t('create.removeTag', { number: index + 1 })} onRemove={() => removeAt(index)}>
              <TextField
                {...plain}
                label={index === 0 ? t('create.tagKey') : t('create.tagKeyOf', { number: index + 1 })}
                labelHidden={index > 0}
                placeholder="environment"
                error={errors?.[index]?.key?.message}
                {...register(`tags.${index}.key`)}
              />
              <TextField
                {...plain}
                label={index === 0 ? t('create.tagValue') : t('create.tagValueOf', { number: index + 1 })}
                labelHidden={index > 0}
                optional
                placeholder="production"
                error={errors?.[index]?.value?.message}
                {...register(`tags.${index}.value`)}
              />
            </FieldRow>
          ))}
        </FieldRows>
      )}
      {fields.length < mostTags && (
        <div>
          <Button ref={add} icon="plus" onClick={() => append({ key: '', value: '' })}>
            {t('create.addTag')}
          </Button>
        </div>
      )}
    </div>
  );
}
