import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import type { en } from '@/i18n/en';

type Code = keyof typeof en.settings.quotaNames;

/** Name and description of a quota in the language that is shown. The server's own are English. */
export function useQuotaWords() {
  const { t, i18n } = useTranslation('settings');
  return ({ quotaCode, name, description }: Schema<'OrganizationQuota'>): { name: string; description: string } => {
    const seconds = /(\d+) seconds/.exec(description)?.[1] ?? '';
    if (!i18n.exists(`settings:quotaTexts.${quotaCode}`) || (quotaCode === 'requests-per-window' && !seconds)) return { name, description };
    return { name: t(`quotaNames.${quotaCode as Code}`), description: t(`quotaTexts.${quotaCode as Code}`, { seconds }) };
  };
}
