import { useTranslation } from 'react-i18next';

import type { en } from '@/i18n/en';

import type { Activity } from './fetchActivities';

type Types = typeof en.audit.types;
type Changes = typeof en.audit.changes;

/** Says in words what happened and who did it. What this console does not know is shown as it is. */
export function useActivityWords(keyNames: ReadonlyMap<string, string>) {
  const { t, i18n } = useTranslation('audit');
  const typeWords = (type: string) => (i18n.exists(`audit:types.${type}`) ? t(`types.${type as keyof Types}`) : type);
  const changeWords = (change: string) => (i18n.exists(`audit:changes.${change}`) ? t(`changes.${change as keyof Changes}`) : change);
  const keyOf = ({ targetKeyId }: Activity) => targetKeyId && (keyNames.get(targetKeyId) ?? t('key', { id: targetKeyId.slice(0, 8) }));
  return {
    /** "API key created: ci-deploy" */
    sentence: (activity: Activity): string => {
      const what = activity.keyUpdateType ? changeWords(activity.keyUpdateType) : typeWords(activity.type);
      const which = keyOf(activity);
      return which ? t('about', { what, which }) : what;
    },
    kind: ({ actorType }: Activity): string => t(actorType === 'user' ? 'person' : actorType),
    keyName: ({ targetKeyId = '' }: Activity): string | undefined => keyNames.get(targetKeyId),
  };
}
