import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { DefinitionList, Section } from '@/ui';

import { useThisService } from '../page/context';
import { isUp } from '../service';
import { useSize } from '../useSize';

/** What counts at this moment, and why. */
export function Current() {
  const { t } = useTranslation('services');
  const { number } = useFormat();
  const { service } = useThisService();
  const { memory } = useSize();
  const { currentScaling: now } = service;
  const entry = service.scalingSchedule?.entries.find(({ id }) => id === now.activeEntryId);
  const { effectiveMinReplicas: from, effectiveMaxReplicas: to } = now;
  return (
    <Section title={t('scaling.nowTitle')} description={isUp(service) ? t('scaling.nowText') : t('scaling.onceStarted')}>
      <DefinitionList
        items={[
          { term: t('scaling.source'), value: entry ? t('scaling.nowSchedule', { name: entry.name }) : t('scaling.nowBase') },
          { term: t('scaling.replicaMemory'), value: memory(now.effectiveMinReplicaMemoryGb, now.effectiveMaxReplicaMemoryGb) },
          { term: t('create.replicas'), value: from === to ? number(from) : `${number(from)}–${number(to)}` },
          { term: t('overview.idle'), value: now.effectiveIdleScaling ? t('overview.idleAfter', { count: now.effectiveIdleTimeoutMinutes }) : t('overview.neverIdle') },
        ]}
      />
    </Section>
  );
}
