import type { TFunction } from 'i18next';

import type { Schema } from '@/api';
import { fits, hasNoControls } from '@/text';
import { z } from '@/zod';

import { checkMemory, checkReplicas, limits, memoryOf, whole, type Mode } from '../fields';
import type { Service } from '../service';
import { replicasOf } from '../service';
import type { Entry } from './useSchedule';

/** What stands in the form of an entry. */
export type EntryValues = {
  name: string;
  /** As texts: they are the values of checkboxes. */
  days: string[];
  from: string;
  to: string;
  otherMemory: boolean;
  minMemory: string;
  maxMemory: string;
  otherReplicas: boolean;
  minReplicas: string;
  maxReplicas: string;
  idle: 'usual' | 'on' | 'off';
  idleMinutes: string;
};

export function valuesOf(service: Service, entry: Entry | undefined): EntryValues {
  const usual = replicasOf(service);
  const minReplicas = entry?.minReplicas;
  const idle = entry?.idleScaling === false ? 'off' : entry?.idleScaling === true || entry?.idleTimeoutMinutes !== undefined ? 'on' : 'usual';
  return {
    name: entry?.name ?? '',
    days: (entry?.weekdays ?? [1, 2, 3, 4, 5]).map(String),
    from: String(entry?.startHourUtc ?? 8),
    to: String(entry?.endHourUtc ?? 18),
    otherMemory: entry ? entry.minReplicaMemoryGb !== undefined : true,
    minMemory: String(entry?.minReplicaMemoryGb ?? service.minReplicaMemoryGb),
    maxMemory: String(entry?.maxReplicaMemoryGb ?? service.maxReplicaMemoryGb),
    otherReplicas: minReplicas !== undefined,
    minReplicas: String(minReplicas ?? usual.from),
    maxReplicas: String(entry?.maxReplicas ?? usual.to),
    idle,
    idleMinutes: String(entry?.idleTimeoutMinutes ?? service.idleTimeoutMinutes),
  };
}

export function entrySchema(t: TFunction<'services'>, mode: Mode) {
  return z
    .object({
      name: z
        .string()
        .trim()
        .min(1, t('scaling.entryNameMissing'))
        .refine((text) => fits(text) && hasNoControls(text), t('create.nameControls')),
      days: z.array(z.string()).min(1, t('scaling.daysMissing')),
      from: z.string(),
      to: z.string(),
      otherMemory: z.boolean(),
      minMemory: z.string(),
      maxMemory: z.string(),
      otherReplicas: z.boolean(),
      minReplicas: z.string(),
      maxReplicas: z.string(),
      idle: z.enum(['usual', 'on', 'off']),
      idleMinutes: z.string(),
    })
    .check(({ value, issues }) => {
      const report = (path: (string | number)[], message: string) => issues.push({ code: 'custom', input: value, path, message });
      if (value.from === value.to) report(['to'], t('scaling.sameHours'));
      if (value.otherMemory) checkMemory(value, mode, t, report);
      if (value.otherReplicas) checkReplicas(value, mode, t, report);
      if (value.idle === 'on' && !(whole(value.idleMinutes) >= limits.idle)) report(['idleMinutes'], t('create.idleWrong'));
      if (!value.otherMemory && !value.otherReplicas && value.idle === 'usual') report(['idle'], t('scaling.nothingChanges'));
    });
}

export function entryOf(values: EntryValues, mode: Mode): Schema<'ScheduleEntryRequest'> {
  const { name, days, from, to, otherMemory, otherReplicas, minReplicas, maxReplicas, idle, idleMinutes } = values;
  return {
    name,
    weekdays: days.map(Number).sort((a, b) => a - b),
    startHourUtc: Number(from),
    endHourUtc: Number(to),
    autoscalingMode: mode,
    ...(otherMemory && memoryOf(values, mode)),
    ...(otherReplicas && (mode === 'vertical' ? { numReplicas: whole(minReplicas) } : { minReplicas: whole(minReplicas), maxReplicas: whole(maxReplicas) })),
    ...(idle === 'on' && { idleScaling: true, idleTimeoutMinutes: whole(idleMinutes) }),
    ...(idle === 'off' && { idleScaling: false }),
  };
}
