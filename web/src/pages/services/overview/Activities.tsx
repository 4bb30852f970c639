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
/** The audit log is searched by name, which others may have in theirs. */
const asked = 50;
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
    queryKey: ['activities', organizationId, 'service', service.id, service.name],
    refetchInterval: 5_000,
    queryFn: async ({ signal }) => {
      const { activities } = await fetchActivities(organizationId, { search: service.name, cursor: undefined, limit: asked, signal });
      return activities.filter(({ serviceId, target }) => serviceId === service.id || target?.id === service.id).slice(0, shown);
    },
  });
  return (
    <Section title={t('overview.activities')}>
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
        <Muted>{`${t('overview.activitiesFailed')}. ${errorText(error)}`}</Muted>
      ) : (
        <Skeleton height={120} />
      )}
      <Link to="/organizations/$orgId/audit" params={{ orgId: organizationId }} search={{ search: service.name }}>
        {t('overview.allActivities')}
      </Link>
    </Section>
  );
}
