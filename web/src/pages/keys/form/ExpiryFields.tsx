import { Controller, useWatch, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { useFormat } from '@/format';
import { Banner, DateField, Select } from '@/ui';

import { dayOf, endOf, expiryDays, type ExpiryChoice } from './expiry';
import type { KeyValues } from './values';

type Props = { form: UseFormReturn<KeyValues>; now: Date; edited?: Schema<'ApiKey'> };

/** Until when the key works. */
export function ExpiryFields({ form, now, edited }: Props) {
  const { t } = useTranslation('keyForm');
  const { zonedTime } = useFormat();
  const { control, formState, register } = form;
  const [expiry, date] = useWatch({ control, name: ['expiry', 'date'] });
  const end = expiry === 'keep' ? kept(edited) : endOf(expiry, date, now);
  const shown = end === null ? t('neverExpires') : end ? t(end <= now ? 'expiredOn' : 'expiresOn', { time: zonedTime(end) }) : undefined;
  const options: { value: ExpiryChoice; label: string }[] = [
    ...(edited ? [{ value: 'keep' as const, label: t('keepExpiry') }] : []),
    ...expiryDays.map((count) => ({ value: `${count}` as const, label: t('days', { count }) })),
    { value: 'date', label: t('untilDate') },
    { value: 'never', label: t('never') },
  ];
  return (
    <>
      <Controller
        control={control}
        name="expiry"
        render={({ field: { disabled: _, name: __, ...field }, fieldState }) => (
          <Select
            {...field}
            label={t('expiration')}
            options={options}
            error={fieldState.error?.message}
            hint={expiry === 'date' || expiry === 'never' ? undefined : shown}
          />
        )}
      />
      {expiry === 'date' && (
        <DateField
          label={t('date')}
          min={dayOf(now)}
          max="9998-12-31"
          error={formState.errors.date?.message}
          hint={shown ?? t('dateHint')}
          {...register('date')}
        />
      )}
      {expiry === 'never' && <Banner kind="warning">{t('neverWarning')}</Banner>}
    </>
  );
}

function kept(key: Schema<'ApiKey'> | undefined): Date | null {
  return key?.expireAt ? new Date(key.expireAt) : null;
}
