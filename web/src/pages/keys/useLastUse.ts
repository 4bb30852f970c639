import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';

import { useNow } from './useNow';

/** A sentence: what one wants to know before taking a key away. */
export function useLastUse(usedAt: string | undefined): string {
  const { t } = useTranslation('keys');
  const { sinceMinute } = useFormat();
  const now = useNow();
  return usedAt === undefined ? t('wasNeverUsed') : t('wasUsed', { relative: sinceMinute(usedAt, now) });
}
