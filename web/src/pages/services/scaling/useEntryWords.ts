import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';

import { useSize } from '../useSize';
import { dayName, hourText, isUtcHere, localHour, weekdays } from './hours';
import type { Entry } from './useSchedule';

type Hours = Pick<Entry, 'startHourUtc' | 'endHourUtc'>;

/** What an entry of the schedule says, in words. */
export function useEntryWords() {
  const { t, i18n } = useTranslation('services');
  const { memory, range } = useSize();
  const { list } = useFormat();
  const locale = i18n.language;
  return {
    days: (days: readonly number[]): string => {
      const chosen = weekdays.filter((day) => days.includes(day));
      if (chosen.length === 7) return t('scaling.everyDay');
      if (chosen.join() === '1,2,3,4,5') return t('scaling.weekdays');
      return list(chosen.map((day) => dayName(day, locale)));
    },
    hours: ({ startHourUtc, endHourUtc }: Hours): string =>
      t(endHourUtc < startHourUtc ? 'scaling.hoursOvernight' : 'scaling.hoursOf', { from: hourText(startHourUtc), to: hourText(endHourUtc) }),
    /** The same hours where the person is; undefined where they are the same. */
    local: ({ startHourUtc, endHourUtc }: Hours): string | undefined =>
      isUtcHere() ? undefined : t('scaling.local', { from: localHour(startHourUtc, locale), to: localHour(endHourUtc, locale) }),
    size: (entry: Entry): string => {
      const { minReplicaMemoryGb: from, maxReplicaMemoryGb: to, minReplicas, maxReplicas, idleScaling, idleTimeoutMinutes } = entry;
      const parts = [
        ...(from !== undefined && to !== undefined ? [memory(from, to)] : []),
        ...(minReplicas !== undefined && maxReplicas !== undefined
          ? [minReplicas === maxReplicas ? t('overview.replicas', { count: minReplicas }) : t('replicasRange', { range: range(minReplicas, maxReplicas) })]
          : []),
        ...(idleScaling === false ? [t('scaling.idleOffShort')] : []),
        ...(idleScaling !== false && idleTimeoutMinutes !== undefined ? [t('scaling.idleMinutesShort', { count: idleTimeoutMinutes })] : []),
      ];
      return parts.length > 0 ? parts.join(' · ') : t('scaling.asUsual');
    },
  };
}
