import { FormProvider, useWatch, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { AddressRows } from '@/addresses';
import { RadioCards } from '@/ui';

import type { KeyValues } from './values';

/** From where the key works. */
export function AccessFields({ form }: { form: UseFormReturn<KeyValues> }) {
  const { t } = useTranslation('keyForm');
  const { control, register, getValues, setValue } = form;
  const access = useWatch({ control, name: 'access' });
  return (
    <>
      <RadioCards
        label={t('access')}
        error={form.formState.errors.access?.message}
        options={[
          { value: 'anywhere', label: t('anywhere'), hint: t('anywhereHint') },
          { value: 'specific', label: t('specific'), hint: t('specificHint') },
        ]}
        {...register('access', {
          onChange: () => {
            if (getValues('access') === 'specific' && getValues('addresses').length === 0) setValue('addresses', [{ source: '', description: '' }]);
          },
        })}
      />
      {access === 'specific' && (
        <FormProvider {...form}>
          <AddressRows label={t('specific')} />
        </FormProvider>
      )}
    </>
  );
}
