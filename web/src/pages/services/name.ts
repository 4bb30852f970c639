import type { TFunction } from 'i18next';

import { fits, hasNoControls } from '@/text';
import { z } from '@/zod';

/** The schema of a service's name. */
export function serviceName(t: TFunction<'services'>) {
  return z
    .string()
    .trim()
    .min(1, t('create.nameMissing'))
    .refine((text) => fits(text, 50), t('create.nameTooLong'))
    .refine(hasNoControls, t('create.nameControls'));
}
