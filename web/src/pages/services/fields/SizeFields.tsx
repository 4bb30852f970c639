import { useFormContext, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { Checkbox, TextField } from '@/ui';

import styles from './fields.module.css';
import { limits, type Mode, type Size } from './size';

/** Memory and replicas, in a form (FormProvider) that has what Size has. */
export function SizeFields({ mode }: { mode: Mode }) {
  const { t } = useTranslation('services');
  const { register, formState } = useFormContext<Size>();
  const { errors } = formState;
  const memory = { type: 'number', inputMode: 'numeric', min: limits.minMemory, max: limits.maxMemory, step: limits.step } as const;
  const replicas = { type: 'number', inputMode: 'numeric', min: 1, max: limits.replicas } as const;
  const inGb = (name: string) => t('withUnit', { name, unit: t('create.gigabytes') });
  return (
    <div className={styles.stack}>
      <div className={styles.pair}>
        {mode === 'vertical' ? (
          <>
            <TextField {...memory} label={inGb(t('create.minMemory'))} error={errors.minMemory?.message} {...register('minMemory')} />
            <TextField {...memory} label={inGb(t('create.maxMemory'))} error={errors.maxMemory?.message} {...register('maxMemory')} />
          </>
        ) : (
          <TextField {...memory} label={inGb(t('scaling.replicaMemory'))} error={errors.minMemory?.message} {...register('minMemory')} />
        )}
      </div>
      <p className={styles.hint}>{t('create.memoryHint')}</p>
      <div className={styles.pair}>
        {mode === 'vertical' ? (
          <TextField {...replicas} label={t('create.replicas')} error={errors.minReplicas?.message} {...register('minReplicas')} />
        ) : (
          <>
            <TextField {...replicas} label={t('scaling.minReplicas')} error={errors.minReplicas?.message} {...register('minReplicas')} />
            <TextField {...replicas} label={t('scaling.maxReplicas')} error={errors.maxReplicas?.message} {...register('maxReplicas')} />
          </>
        )}
      </div>
      <p className={styles.hint}>{t('create.replicasHint')}</p>
    </div>
  );
}

/** Whether and when the service goes to sleep, in the same form. */
export function IdleFields() {
  const { t } = useTranslation('services');
  const { control, register, formState } = useFormContext<Size>();
  const idle = useWatch({ control, name: 'idle' });
  return (
    <div className={styles.stack}>
      <Checkbox label={t('create.idle')} hint={t('create.idleHint')} {...register('idle')} />
      {idle && (
        <div className={styles.pair}>
          <TextField
            type="number"
            inputMode="numeric"
            min={limits.idle}
            label={t('create.idleMinutes')}
            error={formState.errors.idleMinutes?.message}
            className={styles.indented}
            {...register('idleMinutes')}
          />
        </div>
      )}
    </div>
  );
}
