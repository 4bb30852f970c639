import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { useFormat } from '@/format';
import { useActivityWords } from '@/pages/audit/useActivityWords';
import { fetchActivities } from '@/pages/audit/fetchActivities';
import { usePermissions } from '@/session';
import { Link, Muted, Section, Skeleton } from '@/ui';

import { useThisService } from '../page/context';
import styles from './overview.module.css';

const shown = 10;
const noKeys: ReadonlyMap<string, string> = new Map();

/** What was done with the service, as far as the audit log tells. */
export function Activities() {
  const { organizationId } = useThisService();
  return usePermissions(organizationId).can('control-plane:organization:view-activities') ? <List /> : null;
}

function List() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { sentence } = useActivityWords(noKeys);
  const { relative, exactTime } = useFormat();
  const { data, error } = useQuery({
    queryKey: ['activities', organizationId, 'service', service.id],
    refetchInterval: 5_000,
    queryFn: async ({ signal }) => {
      const { activities } = await fetchActivities(organizationId, { search: service.id, cursor: undefined, limit: shown, signal });
      return activities;
    },
  });
  return (
    <Section
      title={t('overview.activities')}
      actions={
        <Link to="/organizations/$orgId/audit" params={{ orgId: organizationId }} search={{ search: service.id }}>
          {t('overview.allActivities')}
        </Link>
      }
    >
      {data ? (
        data.length === 0 ? (
          <Muted>{t('overview.noActivities')}</Muted>
        ) : (
          <ol className={styles.activities}>
            {data.map((activity) => (
              <li key={activity.id}>
                <span>{sentence(activity)}</span>
                <span className={styles.second}>
                  <time dateTime={activity.createdAt} title={exactTime(activity.createdAt)}>
                    {relative(activity.createdAt)}
                  </time>
                  {activity.actorDetails && ` ${t('overview.by', { who: activity.actorDetails })}`}
                </span>
              </li>
            ))}
          </ol>
        )
      ) : error ? (
        <Muted>{t('overview.activitiesFailed', { why: errorText(error) })}</Muted>
      ) : (
        <Skeleton height={120} />
      )}
    </Section>
  );
}
