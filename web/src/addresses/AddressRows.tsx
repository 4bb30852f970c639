import { useRef } from 'react';
import { useFieldArray, useFormContext, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { useMaybeSession } from '@/session';
import { Button, FieldError, FieldRow, FieldRows, Stack, TextField } from '@/ui';

import type { Address } from './address';
import { isSource } from './source';

/** The rows of an address list, in a form (FormProvider) that has it as `addresses`. `label` names the list. */
export function AddressRows({ label }: { label: string }) {
  const { t } = useTranslation('addresses');
  const { control, register, formState, clearErrors } = useFormContext<{ addresses: Address[] }>();
  const { fields, append, remove, update } = useFieldArray({ control, name: 'addresses' });
  const addresses = useWatch({ control, name: 'addresses' });
  const add = useRef<HTMLButtonElement>(null);
  const mine = useMaybeSession()?.address ?? '';
  const mineAdded = addresses.some((entry) => entry.source.trim() === mine);
  const { errors } = formState;
  const missing = errors.addresses?.root?.message ?? errors.addresses?.message;

  const addMine = () => {
    const entry = { source: mine, description: t('mine') };
    const empty = addresses.findIndex(({ source, description }) => !source.trim() && !description.trim());
    if (empty >= 0) {
      update(empty, entry);
      clearErrors(`addresses.${empty}`);
    } else {
      append(entry, { shouldFocus: false });
    }
  };
  const removeAt = (index: number) => {
    remove(index);
    add.current?.focus(); // the button that had it is gone
  };

  return (
    <Stack gap={16}>
      {fields.length > 0 && (
        <FieldRows label={label} stacked>
          {fields.map((row, index) => (
            <FieldRow key={row.id} remove={t('remove', { number: index + 1 })} onRemove={() => removeAt(index)}>
              <TextField
                label={index === 0 ? t('source') : t('sourceOf', { number: index + 1 })}
                labelHidden={index > 0}
                mono
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                placeholder="203.0.113.0/24"
                error={errors.addresses?.[index]?.source?.message}
                {...register(`addresses.${index}.source`)}
              />
              <TextField
                label={index === 0 ? t('description') : t('descriptionOf', { number: index + 1 })}
                labelHidden={index > 0}
                optional
                autoComplete="off"
                placeholder={t('descriptionPlaceholder')}
                error={errors.addresses?.[index]?.description?.message}
                {...register(`addresses.${index}.description`)}
              />
            </FieldRow>
          ))}
        </FieldRows>
      )}
      {missing && <FieldError alert>{missing}</FieldError>}
      <Stack row gap={8}>
        <Button ref={add} icon="plus" onClick={() => append({ source: '', description: '' })}>
          {t('add')}
        </Button>
        {isSource(mine) && (
          <Button icon="plus" onClick={addMine} {...(mineAdded && { disabledReason: t('mineAdded', { address: mine }) })}>
            {t('addMine')}
          </Button>
        )}
      </Stack>
    </Stack>
  );
}
