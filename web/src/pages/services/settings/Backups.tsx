import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, errorText } from '@/api';
import { Banner, FailedBanner, Section, Select, toast, useAttempt } from '@/ui';

import { useThisService } from '../page/context';
import { ServiceForm } from '../page/ServiceForm';
import { hourText } from '../scaling/hours';
import { servicesKey } from '../useServices';
import { FieldsOnTheirWay } from './FieldsOnTheirWay';
import styles from './settings.module.css';

const path = '/v1/organizations/{organizationId}/services/{serviceId}/backupConfiguration';
const periods = [6, 8, 12, 24];
const retentions = [1, 2, 3, 7, 14, 30, 45];
const anyTime = 'any';

/** In the units of the form: hours, days, and `HH:MM`. */
type Configuration = { period: number; days: number; start: string };

/** How backups are to be taken, once this Gatehouse takes any. */
export function Backups() {
  const { t } = useTranslation('services');
  const { organizationId, service, can } = useThisService();
  const { data, error, refetch } = useQuery({
    queryKey: [...servicesKey(organizationId), 'backups', service.id],
    enabled: can('control-plane:service:view-backups'),
    queryFn: async ({ signal }): Promise<Configuration> => {
      const { result } = await answerOf(api.GET(path, { params: { path: { organizationId, serviceId: service.id } }, signal }));
      return { period: result.backupPeriodInHours, days: result.backupRetentionPeriodInHours / 24, start: result.backupStartTime || anyTime };
    },
  });
  return (
    <Section title={t('settings.backups')}>
      <Banner kind="warning" title={t('settings.backupsNone')}>
        {t('settings.backupsText')}
      </Banner>
      {data ? (
        <BackupsForm key={JSON.stringify(data)} saved={data} />
      ) : error ? (
        <FailedBanner error={error} onRetry={refetch} />
      ) : (
        can('control-plane:service:view-backups') && (
          <div className={styles.waiting}>
            <FieldsOnTheirWay count={3} />
            <p className={styles.second}>{t('settings.startTimeHint')}</p>
          </div>
        )
      )}
    </Section>
  );
}

function BackupsForm({ saved }: { saved: Configuration }) {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState(saved);
  const { busy, error, attempt } = useAttempt();
  const same = chosen.period === saved.period && chosen.days === saved.days && chosen.start === saved.start;
  const save = async () => {
    const timed = chosen.start !== anyTime;
    await api.PATCH(path, {
      params: { path: { organizationId, serviceId: service.id } },
      body: {
        // With a time, the period is a day: the API takes one or the other.
        ...(timed ? { backupStartTime: chosen.start } : { backupPeriodInHours: chosen.period, ...(saved.start !== anyTime && { backupStartTime: null }) }),
        backupRetentionPeriodInHours: chosen.days * 24,
      },
    });
    toast('success', t('settings.backupsSaved'));
    await queryClient.invalidateQueries({ queryKey: [...servicesKey(organizationId), 'backups', service.id] });
  };
  const start = (value: string) => setChosen({ ...chosen, start: value, ...(value !== anyTime && { period: 24 }) });
  return (
    <ServiceForm
      permission="control-plane:service:manage-backups"
      error={error === undefined ? undefined : errorText(error)}
      busy={busy}
      changed={!same}
      onSave={() => void attempt(save)}
      onDiscard={() => setChosen(saved)}
      gap={16}
    >
      <div className={styles.pair}>
        <Select
          label={t('settings.period')}
          disabled={chosen.start !== anyTime}
          value={String(chosen.period)}
          onChange={(period) => setChosen({ ...chosen, period: Number(period) })}
          options={withOwn(periods, chosen.period).map((count) => ({ value: String(count), label: t('settings.hours', { count }) }))}
        />
        <Select
          label={t('settings.startTime')}
          value={chosen.start}
          onChange={start}
          options={[{ value: anyTime, label: t('settings.anyTime') }, ...Array.from({ length: 24 }, (_, hour) => ({ value: hourText(hour), label: hourText(hour) }))]}
        />
        <Select
          label={t('settings.retention')}
          value={String(chosen.days)}
          onChange={(days) => setChosen({ ...chosen, days: Number(days) })}
          options={withOwn(retentions, chosen.days).map((count) => ({ value: String(count), label: t('settings.days', { count }) }))}
        />
      </div>
      <p className={styles.second}>{t('settings.startTimeHint')}</p>
    </ServiceForm>
  );
}

/** A value that a program has set is offered, too. */
function withOwn(usual: readonly number[], own: number): number[] {
  return [...new Set([...usual, own])].sort((a, b) => a - b);
}
