import { useTranslation } from 'react-i18next';

import { DefinitionList, Section } from '@/ui';

import { useThisService } from '../page/context';
import { isUp } from '../service';
import { useInForce } from '../useInForce';
import { useSize } from '../useSize';
import styles from './scaling.module.css';

/** What counts at this moment, or would if the service ran, and why. */
export function Current() {
  const { t } = useTranslation('services');
  const { service } = useThisService();
  const { range } = useSize();
  const { entry, memory, replicas, sleep, lessMemory, fewerReplicas } = useInForce(service);
  const words = isUp(service) ? ({ title: 'scaling.nowTitle', text: 'scaling.nowText' } as const) : ({ title: 'scaling.onceStartedTitle', text: 'scaling.onceStartedText' } as const);
  return (
    <Section title={t(words.title)} description={t(words.text)}>
      <DefinitionList
        items={[
          { term: t('scaling.source'), value: entry ? t('scaling.nowSchedule', { name: entry.name }) : t('scaling.nowBase') },
          { term: t('scaling.replicaMemory'), value: <Given what={memory} why={lessMemory} /> },
          { term: t('create.replicas'), value: <Given what={range(replicas.from, replicas.to)} why={fewerReplicas} /> },
          { term: t('overview.idle'), value: sleep },
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
