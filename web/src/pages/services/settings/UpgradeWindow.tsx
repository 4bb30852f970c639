import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, errorText } from '@/api';
import { useFormat } from '@/format';
import { PermittedButton } from '@/session';
import { Banner, Button, Section, Select, Skeleton, toast } from '@/ui';

import { useThisService } from '../page/context';
import { dayName, hourText, isUtcHere, nextTime, weekdays } from '../scaling/hours';
import { isGone, servicesKey } from '../useServices';
import styles from './settings.module.css';

const path = '/v1/organizations/{organizationId}/services/{serviceId}/upgradeWindow';
const starts = ['0', '6', '12', '18'] as const;
type Window = { weekday: string; hour: string };
const anyTime = 'any';

/** When the service may be restarted for a new version. */
export function UpgradeWindow() {
  const { t } = useTranslation(['services', 'common']);
  const { organizationId, service } = useThisService();
  const { data, error, refetch } = useQuery({
    queryKey: [...servicesKey(organizationId), 'window', service.id],
    queryFn: async ({ signal }): Promise<Window> => {
      try {
        const { result } = await answerOf(api.GET(path, { params: { path: { organizationId, serviceId: service.id } }, signal }));
        return { weekday: String(result.weekday), hour: String(result.startHourUtc) };
      } catch (failure) {
        if (isGone(failure)) return { weekday: anyTime, hour: '0' };
        throw failure;
      }
    },
  });
  return (
    <Section title={t('settings.window')} description={t('settings.windowText')}>
      {data ? (
        <WindowForm key={JSON.stringify(data)} saved={data} />
      ) : error ? (
        <Banner kind="danger" action={<Button onClick={() => void refetch()}>{t('common:retry')}</Button>}>
          {errorText(error)}
        </Banner>
      ) : (
        <Skeleton height={60} />
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
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const any = window.weekday === anyTime;
  const same = window.weekday === saved.weekday && (any || window.hour === saved.hour);
  const params = { path: { organizationId, serviceId: service.id } };
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      if (any) await api.DELETE(path, { params });
      else await api.PUT(path, { params, body: { weekday: Number(window.weekday), startHourUtc: Number(window.hour) as 0 | 6 | 12 | 18 } });
      toast('success', t('settings.windowSaved'));
      await queryClient.invalidateQueries({ queryKey: [...servicesKey(organizationId), 'window', service.id] });
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <form
      noValidate
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !same) void save();
      }}
    >
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
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
      {!same && (
        <div className={styles.buttons}>
          <PermittedButton organizationId={organizationId} serviceId={service.id} permission="control-plane:service:manage" kind="primary" type="submit" busy={busy}>
            {t('saveChanges')}
          </PermittedButton>
          <Button onClick={() => setWindow(saved)}>{t('discard')}</Button>
        </div>
      )}
    </form>
  );
}
