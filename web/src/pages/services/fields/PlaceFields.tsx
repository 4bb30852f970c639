import { Controller, useFormContext, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { Select } from '@/ui';

import { providerNames, type Place, type Provider } from '../regions';
import styles from './fields.module.css';

/** Provider and region, of those that there are to choose from, in a form (FormProvider) that has them. */
export function PlaceFields({ places }: { places: readonly Place[] }) {
  const { t } = useTranslation('services');
  const { control, setValue } = useFormContext<Place>();
  const provider = useWatch({ control, name: 'provider' });
  const providers = [...new Set(places.map((place) => place.provider))];
  const regionsOf = (one: Provider) => places.filter((place) => place.provider === one).map(({ region }) => region);
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
                const [first] = regionsOf(next);
                if (first) setValue('region', first, { shouldDirty: true });
              }}
            />
          )}
        />
        <Controller
          control={control}
          name="region"
          render={({ field: { disabled: _, name: __, ...field }, fieldState }) => (
            <Select {...field} label={t('create.region')} error={fieldState.error?.message} options={regionsOf(provider).map((value) => ({ value, label: value }))} />
          )}
        />
      </div>
      <p className={styles.hint}>{t('create.placeHint')}</p>
    </div>
  );
}
