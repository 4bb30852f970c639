import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { answerOf, api, type Schema } from '@/api';
import { FailedBanner, Section, Skeleton } from '@/ui';

import { Quota } from './Quota';
import styles from './Settings.module.css';

export function Quotas({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('settings');
  const quotas = useQuery({
    queryKey: ['quotas', organizationId],
    queryFn: async ({ signal }) => {
      const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}/quotas', { params: { path: { organizationId } }, signal }));
      return result;
    },
    refetchInterval: 30_000,
  });
  return (
    <Section title={t('quotas')} description={t('quotasText')}>
      {quotas.isError && !quotas.data ? (
        <FailedBanner title={t('quotasFailed')} error={quotas.error} onRetry={quotas.refetch} />
      ) : (
        <ul className={styles.quotas} aria-busy={quotas.isPending}>
          {quotas.data ? quotas.data.toSorted(counted).map((quota) => <Quota key={quota.quotaCode} quota={quota} />) : <Waiting />}
        </ul>
      )}
    </Section>
  );
}

/** Those with a usage first. */
function counted(a: Schema<'OrganizationQuota'>, b: Schema<'OrganizationQuota'>): number {
  return Number(b.usage !== undefined) - Number(a.usage !== undefined);
}

/** As many as Gatehouse has, so that nothing below moves when they arrive. */
function Waiting() {
  return ['80px', '80px', '80px', '58px', '58px'].map((height, index) => (
    <li key={index} aria-hidden style={{ minHeight: height }}>
      <Skeleton width="40%" />
    </li>
  ));
}
