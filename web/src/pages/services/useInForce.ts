import { useTranslation } from 'react-i18next';

import { replicasOf, type Service } from './service';
import { useSize } from './useSize';

/** What a service really has, or would have if it started now, in words; and why, where that is not what it was asked to have. */
export function useInForce(service: Service) {
  const { t } = useTranslation('services');
  const { memory, range } = useSize();
  const { currentScaling: now } = service;
  const { effectiveMinReplicaMemoryGb: least, effectiveMaxReplicaMemoryGb: most, effectiveMinReplicas: from, effectiveMaxReplicas: to } = now;
  const entry = service.scalingSchedule?.entries.find(({ id }) => id === now.activeEntryId);
  // What an entry does not say is as usual.
  const usual = replicasOf(service);
  const asked = { memory: entry?.maxReplicaMemoryGb ?? service.maxReplicaMemoryGb, from: entry?.minReplicas ?? usual.from, to: entry?.maxReplicas ?? usual.to };
  return {
    /** Of the schedule, that says so. */
    entry,
    memory: memory(least, most),
    replicas: { from, to },
    sleep: now.effectiveIdleScaling ? t('overview.idleAfter', { count: now.effectiveIdleTimeoutMinutes }) : t('overview.neverIdle'),
    lessMemory: most < asked.memory ? t('scaling.lessMemory', { asked: memory(asked.memory, asked.memory), given: memory(most, most) }) : undefined,
    fewerReplicas: to < asked.to ? t('scaling.fewerReplicas', { asked: range(asked.from, asked.to) }) : undefined,
  };
}
