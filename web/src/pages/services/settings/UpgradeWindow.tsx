import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, errorText } from '@/api';
import { useFormat } from '@/format';
import { FailedBanner, Section, Select, toast, useAttempt } from '@/ui';

import { useThisService } from '../page/context';
import { ServiceForm } from '../page/ServiceForm';
import { dayName, hourText, isUtcHere, nextTime, weekdays } from '../scaling/hours';
import { isGone } from '../useServices';
import { FieldsOnTheirWay } from './FieldsOnTheirWay';
import styles from './settings.module.css';

const path = '/v1/organizations/{organizationId}/services/{serviceId}/upgradeWindow';
const starts = ['0', '6', '12', '18'] as const;
type Window = { weekday: string; hour: string };
const anyTime = 'any';
const noWindow: Window = { weekday: anyTime, hour: '0' };

/** Not below servicesKey: it does not change with the service. */
const windowKey = (organizationId: string, serviceId: string) => ['upgradeWindow', organizationId, serviceId] as const;

/** When the service may be restarted for a new version, once this Gatehouse keeps to it. */
export function UpgradeWindow() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { data, error, refetch } = useQuery({
    queryKey: windowKey(organizationId, service.id),
    // A service without one answers 404, which browsers log as an error, and nothing else tells: so it is asked for once a visit.
    staleTime: 300_000,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }): Promise<Window> => {
      try {
        const { result } = await answerOf(api.GET(path, { params: { path: { organizationId, serviceId: service.id } }, signal }));
        return { weekday: String(result.weekday), hour: String(result.startHourUtc) };
      } catch (failure) {
        if (isGone(failure)) return noWindow;
        throw failure;
      }
    },
  });
  return (
    <Section title={t('settings.window')} description={t('settings.windowText')}>
      {data ? (
        <WindowForm key={JSON.stringify(data)} saved={data} />
      ) : error ? (
        <FailedBanner error={error} onRetry={refetch} />
      ) : (
        <FieldsOnTheirWay count={1} />
      )}
    </Section>
  );
}

function WindowForm({ saved }: { saved: Window }) {
  const { t, i18n } = useTranslation('services');
  const { zonedTime } = useFormat();
  const { organizationId, service } = useThisService();
  const queryClient = useQueryClient();
  const [window, setWindow] = useState(saved);
  const { busy, error, attempt } = useAttempt();
  const any = window.weekday === anyTime;
  const same = window.weekday === saved.weekday && (any || window.hour === saved.hour);
  const params = { path: { organizationId, serviceId: service.id } };
  const save = async () => {
    if (any) await api.DELETE(path, { params }).catch(unlessGone);
    else await api.PUT(path, { params, body: { weekday: Number(window.weekday), startHourUtc: Number(window.hour) as 0 | 6 | 12 | 18 } });
    toast('success', t('settings.windowSaved'));
    queryClient.setQueryData(windowKey(organizationId, service.id), any ? noWindow : window);
  };
  return (
    <ServiceForm
      permission="control-plane:service:manage"
      error={error === undefined ? undefined : errorText(error)}
      busy={busy}
      changed={!same}
      onSave={() => void attempt(save)}
      onDiscard={() => setWindow(saved)}
      gap={16}
    >
      <div className={styles.pair}>
        <Select
          label={t('settings.windowDay')}
          value={window.weekday}
          onChange={(weekday) => setWindow({ ...window, weekday })}
          options={[{ value: anyTime, label: t('settings.windowAny') }, ...weekdays.map((day) => ({ value: String(day), label: dayName(day, i18n.language, 'long') }))]}
        />
        {!any && (
          <Select
            label={t('settings.windowHour')}
            value={window.hour}
            onChange={(hour) => setWindow({ ...window, hour })}
            options={starts.map((hour) => ({ value: hour, label: t('settings.windowHours', { from: hourText(Number(hour)), to: hourText(Number(hour) + 6) }) }))}
          />
        )}
      </div>
      {!any && !isUtcHere() && <p className={styles.second}>{t('settings.windowLocal', { time: zonedTime(nextTime(Number(window.weekday), Number(window.hour))) })}</p>}
    </ServiceForm>
  );
}

/** Somebody was faster. */
function unlessGone(failure: unknown) {
  if (!isGone(failure)) throw failure;
}
