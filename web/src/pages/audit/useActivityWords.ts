import { useTranslation } from 'react-i18next';

import type { en } from '@/i18n/en';

import type { Activity } from './fetchActivities';

type Types = typeof en.audit.types;
type Changes = typeof en.audit.changes;
type Named = typeof en.audit.named;

/** Says in words what happened and who did it. What this console does not know is shown as it is. */
export function useActivityWords(keyNames: ReadonlyMap<string, string>) {
  const { t, i18n } = useTranslation('audit');
  const typeWords = (type: string) => (i18n.exists(`audit:types.${type}`) ? t(`types.${type as keyof Types}`) : type);
  const changeWords = (change: string) => (i18n.exists(`audit:changes.${change}`) ? t(`changes.${change as keyof Changes}`) : change);
  const keyOf = ({ targetKeyId, target }: Activity) => targetKeyId && (keyNames.get(targetKeyId) ?? target?.name ?? t('key', { id: targetKeyId.slice(0, 8) }));
  /** Such as a member or a role. When somebody does something to themselves, it is said already who it is. */
  const targetOf = ({ target, actorId }: Activity) => (target && target.type !== 'apiKey' && target.id !== actorId ? target.name : undefined);
  return {
    /** "API key created: ci-deploy", "Invited grace@example.com" */
    sentence: (activity: Activity): string => {
      const name = targetOf(activity);
      if (name && i18n.exists(`audit:named.${activity.type}`)) return t(`named.${activity.type as keyof Named}`, { name });
      const what = activity.keyUpdateType ? changeWords(activity.keyUpdateType) : typeWords(activity.type);
      const which = keyOf(activity) ?? name;
      return which ? t('about', { what, which }) : what;
    },
    kind: ({ actorType }: Activity): string => t(actorType === 'user' ? 'person' : actorType),
    keyName: ({ targetKeyId = '' }: Activity): string | undefined => keyNames.get(targetKeyId),
    targetKind: ({ target }: Activity): string | undefined => target && t(`targets.${target.type}`),
  };
}
