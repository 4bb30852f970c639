import { zodResolver } from '@hookform/resolvers/zod';
import { Controller, useForm, useWatch, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { showFormError } from '@/api';
import { Banner, Checkbox, FieldNotes, FormDialog, RadioGroup, Select, TextField, toast } from '@/ui';

import { limits, type Mode } from '../fields';
import { useThisService } from '../page/context';
import { entryOf, entrySchema, valuesOf, type EntryValues } from './entryValues';
import { dayName, hourText, isUtcHere, localHour, weekdays } from './hours';
import styles from './scaling.module.css';
import { requestOf, useSaveSchedule, type Entry } from './useSchedule';

type Props = { entries: readonly Entry[]; entry: Entry | undefined; onClose: () => void };

/** Makes an entry of the schedule, or changes one. */
export function EntryDialog({ entries, entry, onClose }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const { t: words } = useTranslation('services');
  const { service } = useThisService();
  const mode = entry?.autoscalingMode ?? service.autoscalingMode;
  const save = useSaveSchedule();
  const form = useForm<EntryValues>({ resolver: zodResolver(entrySchema(words, mode)), defaultValues: valuesOf(service, entry) });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    const changed = entryOf(values, mode);
    try {
      await save(entry ? entries.map((one) => (one.id === entry.id ? changed : requestOf(one))) : [...entries.map(requestOf), changed]);
      toast('success', t('scaling.scheduleSaved'));
      onClose();
    } catch (error) {
      showFormError(form.setError, error, []);
    }
  });
  return (
    <FormDialog
      wide
      keepOpen={form.formState.isDirty}
      onClose={onClose}
      title={t(entry ? 'scaling.editTitle' : 'scaling.entryTitle')}
      confirm={t('common:save')}
      busy={isSubmitting}
      onSubmit={() => void submit()}
    >
      {errors.root && <Banner kind="danger">{errors.root.message}</Banner>}
      <TextField
        label={t('scaling.entryName')}
        placeholder={t('scaling.entryNamePlaceholder')}
        autoComplete="off"
        error={errors.name?.message}
        {...form.register('name')}
      />
      <Days form={form} />
      <Hours form={form} />
      <Then form={form} mode={mode} />
    </FormDialog>
  );
}

type Part = { form: UseFormReturn<EntryValues> };

function Days({ form: { register, formState } }: Part) {
  const { t, i18n } = useTranslation('services');
  const error = formState.errors.days?.message;
  return (
    <fieldset className={styles.fieldset} {...(error && { 'aria-describedby': 'days-error' })}>
      <legend className={styles.legend}>{t('scaling.days')}</legend>
      <div className={styles.days}>
        {weekdays.map((day) => (
          <Checkbox key={day} label={dayName(day, i18n.language)} aria-label={dayName(day, i18n.language, 'long')} value={String(day)} {...register('days')} />
        ))}
      </div>
      <FieldNotes id="days" error={error} />
    </fieldset>
  );
}

function Hours({ form: { control } }: Part) {
  const { t, i18n } = useTranslation('services');
  const [from, to] = useWatch({ control, name: ['from', 'to'] });
  const hours = (first: number) => Array.from({ length: 24 }, (_, index) => ({ value: String(first + index), label: hourText(first + index) }));
  const local = isUtcHere() ? undefined : t('scaling.local', { from: localHour(Number(from), i18n.language), to: localHour(Number(to), i18n.language) });
  const overnight = Number(to) < Number(from) ? t('scaling.overnight') : undefined;
  return (
    <div>
      <div className={styles.pair}>
        {([['from', hours(0)], ['to', hours(1)]] as const).map(([name, options]) => (
          <Controller
            key={name}
            control={control}
            name={name}
            render={({ field: { disabled: _, name: __, ...field }, fieldState }) => (
              <Select {...field} label={t(`scaling.${name}`)} options={options} error={fieldState.error?.message} />
            )}
          />
        ))}
      </div>
      {(overnight ?? local) && (
        <p className={styles.note}>
          {overnight && <span>{overnight}</span>}
          {local && <span>{local}</span>}
        </p>
      )}
    </div>
  );
}

/** What the size is then. */
function Then({ form: { control, register, formState }, mode }: Part & { mode: Mode }) {
  const { t } = useTranslation('services');
  const [otherMemory, otherReplicas, idle] = useWatch({ control, name: ['otherMemory', 'otherReplicas', 'idle'] });
  const { errors } = formState;
  const memory = { type: 'number', inputMode: 'numeric', min: limits.minMemory, max: limits.maxMemory, step: limits.step } as const;
  const replicas = { type: 'number', inputMode: 'numeric', min: 1, max: limits.replicas } as const;
  const inGb = (name: string) => t('withUnit', { name, unit: t('create.gigabytes') });
  return (
    <fieldset className={styles.fieldset}>
      <legend className={styles.legend}>{t('scaling.what')}</legend>
      <Checkbox label={t('scaling.otherMemory')} {...register('otherMemory')} />
      {otherMemory && (
        <div className={styles.inner}>
          <TextField {...memory} label={inGb(t(mode === 'vertical' ? 'create.minMemory' : 'scaling.replicaMemory'))} error={errors.minMemory?.message} {...register('minMemory')} />
          {mode === 'vertical' && <TextField {...memory} label={inGb(t('create.maxMemory'))} error={errors.maxMemory?.message} {...register('maxMemory')} />}
        </div>
      )}
      <Checkbox label={t('scaling.otherReplicas')} {...register('otherReplicas')} />
      {otherReplicas && (
        <div className={styles.inner}>
          <TextField {...replicas} label={t(mode === 'vertical' ? 'create.replicas' : 'scaling.minReplicas')} error={errors.minReplicas?.message} {...register('minReplicas')} />
          {mode === 'horizontal' && <TextField {...replicas} label={t('scaling.maxReplicas')} error={errors.maxReplicas?.message} {...register('maxReplicas')} />}
        </div>
      )}
      <RadioGroup
        row
        label={t('scaling.idle')}
        error={errors.idle?.message}
        options={[
          { value: 'usual', label: t('scaling.asUsual') },
          { value: 'on', label: t('scaling.idleOn') },
          { value: 'off', label: t('scaling.idleOff') },
        ]}
        {...register('idle')}
      />
      {idle === 'on' && (
        <div className={styles.inner}>
          <TextField type="number" inputMode="numeric" min={limits.idle} label={t('create.idleMinutes')} error={errors.idleMinutes?.message} {...register('idleMinutes')} />
        </div>
      )}
    </fieldset>
  );
}
