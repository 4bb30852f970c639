import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';

/** The texts and formats of the cells. Asked for once per list: a hook in every cell would take longer than all the rest. */
export type Words = ReturnType<typeof useFormat> & {
  t: TFunction<['keys', 'common']>;
  /** With its zone, such as "11:59 PM GMT+1". */
  time: (moment: string) => string;
};

export function useWords(): Words {
  const { t, i18n } = useTranslation(['keys', 'common']);
  const clock = useMemo(() => new Intl.DateTimeFormat(i18n.language, { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' }), [i18n.language]);
  return { t, time: (moment) => clock.format(new Date(moment)), ...useFormat() };
}
