import type { TFunction } from 'i18next';

import { z } from '@/zod';

/** How large a service is, as it stands in a form: numbers are texts while they are typed. */
export type Size = { minMemory: string; maxMemory: string; minReplicas: string; maxReplicas: string; idle: boolean; idleMinutes: string };

export const limits = { minMemory: 8, maxMemory: 356, step: 4, replicas: 20, idle: 5 } as const;

export const sizeShape = {
  minMemory: z.string(),
  maxMemory: z.string(),
  minReplicas: z.string(),
  maxReplicas: z.string(),
  idle: z.boolean(),
  idleMinutes: z.string(),
};

export type Mode = 'vertical' | 'horizontal';

type Report = (path: (string | number)[], message: string) => void;

/** In the vertical mode the memory is a range and the replicas a number, `minReplicas`; in the horizontal one it is the other way round. */
export function checkSize(size: Size, mode: Mode, t: TFunction<'services'>, report: Report) {
  checkMemory(size, mode, t, report);
  checkReplicas(size, mode, t, report);
  if (size.idle && !(whole(size.idleMinutes) >= limits.idle)) report(['idleMinutes'], t('create.idleWrong'));
}

export function checkMemory({ minMemory, maxMemory }: Pick<Size, 'minMemory' | 'maxMemory'>, mode: Mode, t: TFunction<'services'>, report: Report) {
  if (!isMemory(minMemory)) report(['minMemory'], t('create.memoryWrong'));
  if (mode === 'horizontal') return;
  if (!isMemory(maxMemory)) report(['maxMemory'], t('create.memoryWrong'));
  else if (whole(maxMemory) < whole(minMemory)) report(['maxMemory'], t('create.memoryOrder'));
}

export function checkReplicas({ minReplicas, maxReplicas }: Pick<Size, 'minReplicas' | 'maxReplicas'>, mode: Mode, t: TFunction<'services'>, report: Report) {
  if (!isReplicas(minReplicas)) report(['minReplicas'], t('create.replicasWrong'));
  if (mode === 'vertical') return;
  if (!isReplicas(maxReplicas)) report(['maxReplicas'], t('create.replicasWrong'));
  else if (whole(maxReplicas) < whole(minReplicas)) report(['maxReplicas'], t('scaling.replicasOrder'));
}

/** Of the API: what makes the size so. */
export function scalingOf(size: Size, mode: Mode) {
  return {
    ...memoryOf(size, mode),
    ...(mode === 'vertical' ? { numReplicas: whole(size.minReplicas) } : { minReplicas: whole(size.minReplicas), maxReplicas: whole(size.maxReplicas) }),
    idleScaling: size.idle,
    ...(size.idle && { idleTimeoutMinutes: whole(size.idleMinutes) }),
  };
}

export function memoryOf({ minMemory, maxMemory }: Pick<Size, 'minMemory' | 'maxMemory'>, mode: Mode) {
  return { minReplicaMemoryGb: whole(minMemory), maxReplicaMemoryGb: whole(mode === 'vertical' ? maxMemory : minMemory) };
}

/** NaN when the text is no whole number. */
export function whole(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
}

function isMemory(text: string): boolean {
  const memory = whole(text);
  return memory >= limits.minMemory && memory <= limits.maxMemory && memory % limits.step === 0;
}

function isReplicas(text: string): boolean {
  const replicas = whole(text);
  return replicas >= 1 && replicas <= limits.replicas;
}
