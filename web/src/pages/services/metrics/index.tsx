import { useTranslation } from 'react-i18next';

import { Card, EmptyState, FailedBanner, Mono, Muted } from '@/ui';

import { useThisService } from '../page/context';
import { isPassing, isUp } from '../service';
import { ChartCard } from './ChartCard';
import { charts, pointsOf } from './charts';
import styles from './metrics.module.css';
import { useScrapes } from './useScrapes';

/** What the server does at the moment, as small charts. */
export default function Metrics() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const up = isUp(service) || service.state === 'degraded';
  const { data: scrapes = [], error, refetch } = useScrapes(up);
  if (!up && !isPassing(service)) {
    return (
      <Card>
        <EmptyState icon="metrics" title={t('metrics.notRunning')}>
          {t('metrics.notRunningText')}
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className={styles.page}>
      <p className={styles.text}>{t('metrics.text')}</p>
      {error && <FailedBanner kind="warning" title={t('metrics.failed')} error={error} onRetry={refetch} />}
      <div className={styles.charts}>
        {charts.map((chart) => (
          <ChartCard key={chart} chart={chart} points={pointsOf(chart, scrapes)} waiting={scrapes.length < 2} />
        ))}
      </div>
      <p className={styles.text}>
        <Muted>{t('metrics.prometheus')}</Muted> <Mono>{`/v1/organizations/${organizationId}/services/${service.id}/prometheus`}</Mono>
      </p>
    </div>
  );
}
