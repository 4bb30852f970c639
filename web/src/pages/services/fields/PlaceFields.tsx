import { Controller, useFormContext, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { Select } from '@/ui';

import { providerNames, providers, regions, type Provider, type Region } from '../regions';
import styles from './fields.module.css';

export type Place = { provider: Provider; region: Region };

/** Provider and region, in a form (FormProvider) that has them. */
export function PlaceFields() {
  const { t } = useTranslation('services');
  const { control, setValue } = useFormContext<Place>();
  const provider = useWatch({ control, name: 'provider' });
  return (
    <div className={styles.stack}>
      <div className={styles.pair}>
        <Controller
          control={control}
          name="provider"
          render={({ field: { disabled: _, name: __, onChange, ...field }, fieldState }) => (
            <Select
              {...field}
              label={t('create.provider')}
              error={fieldState.error?.message}
              options={providers.map((value) => ({ value, label: providerNames[value] }))}
              onChange={(next: Provider) => {
                onChange(next);
                setValue('region', regions[next][0], { shouldDirty: true });
              }}
            />
          )}
        />
        <Controller
          control={control}
          name="region"
          render={({ field: { disabled: _, name: __, ...field }, fieldState }) => (
            <Select {...field} label={t('create.region')} error={fieldState.error?.message} options={regions[provider].map((value) => ({ value, label: value }))} />
          )}
        />
      </div>
      <p className={styles.hint}>{t('create.placeHint')}</p>
    </div>
  );
}
