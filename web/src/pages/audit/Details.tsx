import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useProgramWords } from '@/account';
import { useFormat } from '@/format';
import { DefinitionList, Flyout, Mono } from '@/ui';

import type { Activity } from './fetchActivities';
import type { useActivityWords } from './useActivityWords';

type Props = { activity: Activity | undefined; words: ReturnType<typeof useActivityWords>; onClose: () => void };

/** All that is known of an activity. */
export function Details({ activity, words, onClose }: Props) {
  // What it showed stays while it closes.
  const [shown, setShown] = useState(activity);
  if (activity && activity !== shown) setShown(activity);
  if (!shown) return null;
  return (
    <Flyout open={activity !== undefined} onClose={onClose} title={words.sentence(shown)}>
      <AllDetails activity={shown} words={words} />
    </Flyout>
  );
}

function AllDetails({ activity, words }: { activity: Activity; words: Props['words'] }) {
  const { t } = useTranslation('audit');
  const { exactTime } = useFormat();
  const inWords = useProgramWords();
  const id = (value: string | undefined) => value && <Mono>{value}</Mono>;
  const items = [
    { term: t('time'), value: exactTime(activity.createdAt) },
    { term: t('user'), value: activity.actorDetails },
    { term: t('userKind'), value: words.kind(activity) },
    { term: t('userId'), value: id(activity.actorId) },
    { term: t('address'), value: id(activity.actorIpAddress) },
    { term: t('program'), value: activity.userAgent && inWords(activity.userAgent) },
    { term: t('userAgent'), value: id(activity.userAgent) },
    { term: t('keyName'), value: words.keyName(activity) },
    { term: t('keyId'), value: id(activity.targetKeyId) },
    { term: t('target'), value: activity.target?.name },
    { term: t('targetKind'), value: words.targetKind(activity) },
    { term: t('targetId'), value: id(activity.target?.id) },
    { term: t('type'), value: id(activity.type) },
    { term: t('change'), value: id(activity.keyUpdateType) },
    { term: t('activityId'), value: id(activity.id) },
  ];
  return <DefinitionList items={items.filter(({ value }) => value)} />;
}
