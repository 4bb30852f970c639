import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { IconButton, Mono, type Column } from '@/ui';

import styles from './Audit.module.css';
import type { Activity } from './fetchActivities';
import type { useActivityWords } from './useActivityWords';

export function useColumns({ sentence, kind }: ReturnType<typeof useActivityWords>, onDetails: (activity: Activity) => void): Column<Activity>[] {
  const { t } = useTranslation('audit');
  const { dateTime, exactTime } = useFormat();
  return [
    { id: 'activity', header: t('activity'), role: 'title', width: '30%', cell: sentence },
    {
      id: 'user', header: t('user'), width: '28%',
      cell: (activity) => (
        <span className={styles.user}>
          {activity.actorDetails && <span>{activity.actorDetails}</span>}
          <span className={styles.kind}>{kind(activity)}</span>
        </span>
      ),
    },
    { id: 'address', header: t('address'), width: '15%', cell: (activity) => (activity.actorIpAddress ? <Mono>{activity.actorIpAddress}</Mono> : '–') },
    {
      id: 'time', header: t('time'), width: '20%', nowrap: true,
      // The exact time is in the details, too, for those without a mouse.
      cell: (activity) => (
        <time dateTime={activity.createdAt} title={exactTime(activity.createdAt)}>
          {dateTime(activity.createdAt)}
        </time>
      ),
    },
    {
      id: 'details', header: t('actions'), role: 'actions',
      cell: (activity) => <IconButton icon="info-in-circle" label={t('details', { activity: sentence(activity) })} plain onClick={() => onDetails(activity)} />,
    },
  ];
}
