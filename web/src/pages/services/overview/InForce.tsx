import { Trans, useTranslation } from 'react-i18next';

import { Link } from '@/ui';

import { useThisService } from '../page/context';
import { isUp, replicasOf } from '../service';
import { useInForce } from '../useInForce';
import { useSize } from '../useSize';
import styles from './overview.module.css';

/** The size that was asked for; and the one in force, where it is another. */
export function SizeInForce() {
  const { t } = useTranslation('services');
  const { service } = useThisService();
  const { memory, range } = useSize();
  const inForce = useInForce(service);
  const words = (gigabytes: string, { from, to }: { from: number; to: number }) =>
    t('overview.memoryOf', { memory: gigabytes, replicas: from === to ? t('overview.replicas', { count: from }) : t('replicasRange', { range: range(from, to) }) });
  const schedule = inForce.entry && t('overview.bySchedule', { name: inForce.entry.name });
  return (
    <Both
      asked={words(memory(service.minReplicaMemoryGb, service.maxReplicaMemoryGb), replicasOf(service))}
      given={words(inForce.memory, inForce.replicas)}
      why={[schedule, inForce.lessMemory, inForce.fewerReplicas]}
    />
  );
}

/** When it sleeps, likewise: the schedule may say something else. */
export function SleepInForce() {
  const { t } = useTranslation('services');
  const { service } = useThisService();
  const { entry, sleep } = useInForce(service);
  const asked = service.idleScaling ? t('overview.idleAfter', { count: service.idleTimeoutMinutes }) : t('overview.neverIdle');
  return <Both asked={asked} given={sleep} why={[entry && t('overview.bySchedule', { name: entry.name })]} />;
}

function Both({ asked, given, why }: { asked: string; given: string; why: readonly (string | undefined)[] }) {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  if (asked === given) return asked;
  return (
    <>
      {asked}
      <p>
        <Trans
          t={t}
          i18nKey={isUp(service) ? 'overview.now' : 'overview.onceStarted'}
          values={{ given }}
          components={{ page: <Link to="/organizations/$orgId/services/$serviceId/scaling" params={{ orgId: organizationId, serviceId: service.id }} /> }}
        />
      </p>
      {why.map((sentence) => sentence && <p key={sentence} className={styles.second}>{sentence}</p>)}
    </>
  );
}
