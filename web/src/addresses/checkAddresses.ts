import type { TFunction } from 'i18next';

import { fits, hasNoControls } from '@/text';
import { z } from '@/zod';

import type { Address } from './address';
import { isSource } from './source';

/** Reports what is wrong in the list, with its place in it, for the `check` of a form's schema. */
export function checkAddresses(addresses: readonly Address[], t: TFunction<'addresses'>, report: (path: (string | number)[], message: string) => void) {
  const source = z.string().trim().min(1, t('sourceMissing')).refine((text) => text === '' || isSource(text), t('sourceWrong'));
  const description = z.string().trim().refine((text) => fits(text), t('descriptionTooLong')).refine(hasNoControls, t('descriptionControls'));
  addresses.forEach((entry, index) => {
    for (const [field, schema] of [['source', source], ['description', description]] as const) {
      const wrong = schema.safeParse(entry[field]).error?.issues[0];
      if (wrong) report(['addresses', index, field], wrong.message);
    }
  });
}
