import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { answerOf, api } from '@/api';
import { useFormat } from '@/format';
import { CopyField, DefinitionList, FailedBanner, Section, Skeleton } from '@/ui';

import { NameForm } from './NameForm';
import styles from './Settings.module.css';

export function Organization({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('settings');
  const { exactTime } = useFormat();
  const organization = useQuery({
    queryKey: ['organization', organizationId],
    queryFn: async ({ signal }) => {
      const { result } = await answerOf(api.GET('/v1/organizations/{organizationId}', { params: { path: { organizationId } }, signal }));
      return result;
    },
  });
  return (
    <Section title={t('organization')}>
      {organization.isError && !organization.data ? (
        <FailedBanner title={t('failed')} error={organization.error} onRetry={organization.refetch} />
      ) : (
        <>
          {organization.data ? <NameForm organizationId={organizationId} name={organization.data.name} /> : <Skeleton height={140} />}
          <CopyField label={t('id')} value={organizationId} />
          <DefinitionList items={[{ term: t('created'), value: organization.data ? exactTime(organization.data.createdAt) : <span className={styles.waiting}><Skeleton width={180} /></span> }]} />
        </>
      )}
    </Section>
  );
}
