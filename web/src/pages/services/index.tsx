import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { usePermissions } from '@/session';
import { Card, EmptyState, FailedCard, Page, PageHeader } from '@/ui';

import { NewServiceButton } from './NewServiceButton';
import { ServiceList } from './ServiceList';
import { useServices } from './useServices';

export default function ServicesPage() {
  const { orgId } = useParams({ from: '/console/organizations/$orgId/services' });
  return <Services key={orgId} organizationId={orgId} />;
}

function Services({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('services');
  const list = useServices(organizationId);
  const mayCreate = usePermissions(organizationId).can('control-plane:organization:create-service');
  const none = list.data?.length === 0;
  const failed = list.error && !list.data;
  return (
    <Page>
      <PageHeader title={t('title')} description={!none && t('description')} actions={!none && !failed && <NewServiceButton organizationId={organizationId} />} />
      {failed ? (
        <FailedCard title={t('failedTitle')} error={list.error} onRetry={list.refetch} />
      ) : none ? (
        <Card>
          <EmptyState icon="services" title={t(mayCreate ? 'emptyTitle' : 'emptyForOthersTitle')} action={<NewServiceButton organizationId={organizationId} />}>
            {t(mayCreate ? 'emptyText' : 'emptyForOthers')}
          </EmptyState>
        </Card>
      ) : (
        <ServiceList organizationId={organizationId} list={list} />
      )}
    </Page>
  );
}
