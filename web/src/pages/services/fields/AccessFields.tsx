import { useFormContext, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { AddressRows } from '@/addresses';
import { Banner, RadioCards } from '@/ui';

import type { Access } from './access';

/** From which addresses one may connect, in a form (FormProvider) that has what Access has. */
export function AccessFields() {
  const { t } = useTranslation('services');
  const { control, register, formState } = useFormContext<Access>();
  const [access, addresses] = useWatch({ control, name: ['access', 'addresses'] });
  return (
    <>
      <RadioCards
        label={t('create.access')}
        labelHidden
        error={formState.errors.access?.message}
        options={[
          { value: 'specific', label: t('create.specific'), hint: t('create.specificHint') },
          { value: 'anywhere', label: t('create.anywhere'), hint: t('create.anywhereHint') },
        ]}
        {...register('access')}
      />
      {access === 'anywhere' ? (
        <Banner kind="warning">{t('create.anywhereWarning')}</Banner>
      ) : (
        <>
          {addresses.length === 0 && <Banner kind="warning">{t('create.nobody')}</Banner>}
          <AddressRows label={t('create.specific')} />
        </>
      )}
    </>
  );
}
