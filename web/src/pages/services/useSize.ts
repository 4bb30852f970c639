import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';

import { replicasOf, type Service } from './service';

/** The size of a service in words: "8–16 GB × 1". */
export function useSize() {
  const { t } = useTranslation('services');
  const { number } = useFormat();
  const range = (from: number, to: number) => (from === to ? number(from) : `${number(from)}–${number(to)}`);
  const memory = (from: number, to: number) => (from === to ? t('memory', { memory: number(from) }) : t('memoryRange', { from: number(from), to: number(to) }));
  return {
    range,
    memory,
    size: (service: Service) => {
      const { from, to } = replicasOf(service);
      return t('timesReplicas', { memory: memory(service.minReplicaMemoryGb, service.maxReplicaMemoryGb), replicas: range(from, to) });
    },
  };
}
