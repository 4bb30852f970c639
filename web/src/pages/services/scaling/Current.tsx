import { useTranslation } from 'react-i18next';

import { DefinitionList, Section } from '@/ui';

import { useThisService } from '../page/context';
import { isUp, replicasOf, type Service } from '../service';
import { useSize } from '../useSize';
import styles from './scaling.module.css';
import type { Entry } from './useSchedule';

/** What counts at this moment, and why. */
export function Current() {
  const { t } = useTranslation('services');
  const { service } = useThisService();
  const { memory, range } = useSize();
  const { currentScaling: now } = service;
  const entry = service.scalingSchedule?.entries.find(({ id }) => id === now.activeEntryId);
  const { effectiveMinReplicas: from, effectiveMaxReplicas: to, effectiveMinReplicaMemoryGb: least, effectiveMaxReplicaMemoryGb: most } = now;
  const asked = askedFor(service, entry);
  const lessMemory = most < asked.memory ? t('scaling.lessMemory', { asked: memory(asked.memory, asked.memory), given: memory(most, most) }) : undefined;
  const fewerReplicas = to < asked.to ? t('scaling.fewerReplicas', { asked: range(asked.from, asked.to) }) : undefined;
  return (
    <Section title={t('scaling.nowTitle')} description={isUp(service) ? t('scaling.nowText') : t('scaling.onceStarted')}>
      <DefinitionList
        items={[
          { term: t('scaling.source'), value: entry ? t('scaling.nowSchedule', { name: entry.name }) : t('scaling.nowBase') },
          { term: t('scaling.replicaMemory'), value: <Given what={memory(least, most)} why={lessMemory} /> },
          { term: t('create.replicas'), value: <Given what={range(from, to)} why={fewerReplicas} /> },
          { term: t('overview.idle'), value: now.effectiveIdleScaling ? t('overview.idleAfter', { count: now.effectiveIdleTimeoutMinutes }) : t('overview.neverIdle') },
        ]}
      />
    </Section>
  );
}

/** `why` it is less than what was asked for. */
function Given({ what, why }: { what: string; why: string | undefined }) {
  return (
    <>
      {what}
      {why && <p className={styles.second}>{why}</p>}
    </>
  );
}

/** What an entry does not say is as usual. */
function askedFor(service: Service, entry: Entry | undefined) {
  const usual = replicasOf(service);
  return { memory: entry?.maxReplicaMemoryGb ?? service.maxReplicaMemoryGb, from: entry?.minReplicas ?? usual.from, to: entry?.maxReplicas ?? usual.to };
}
