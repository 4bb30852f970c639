import { Outlet, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { Card, EmptyState, FailedBanner, LinkButton, Page, PageHeader, Skeleton } from '@/ui';

import { useService } from '../useServices';
import { ServiceContext } from './context';
import { ServiceHeader } from './ServiceHeader';

/** The frame of the pages of a service: what it is called and does, and the way between them. */
export default function ServicePage() {
  const { orgId, serviceId } = useParams({ from: '/console/organizations/$orgId/services/$serviceId' });
  return <ServiceFrame key={serviceId} organizationId={orgId} serviceId={serviceId} />;
}

function ServiceFrame({ organizationId, serviceId }: { organizationId: string; serviceId: string }) {
  const { t } = useTranslation(['services', 'common']);
  const { data: service, error, gone, refetch } = useService(organizationId, serviceId);
  if (gone) return <Gone organizationId={organizationId} />;
  if (!service) {
    return (
      <Page>
        <PageHeader title={error ? t('failedTitle') : t('title')} />
        {error ? (
          <FailedBanner error={error} onRetry={refetch} />
        ) : (
          <Card>
            <div role="status" aria-label={t('common:loading')}>
              <Skeleton height={160} />
            </div>
          </Card>
        )}
      </Page>
    );
  }
  return (
    <ServiceContext value={{ organizationId, service }}>
      <Page>
        <ServiceHeader organizationId={organizationId} service={service} />
        <Outlet />
      </Page>
    </ServiceContext>
  );
}

function Gone({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('services');
  return (
    <Page>
      <PageHeader title={t('goneTitle')} />
      <Card>
        <EmptyState
          icon="search"
          title={t('goneTitle')}
          action={
            <LinkButton to="/organizations/$orgId/services" params={{ orgId: organizationId }}>
              {t('backToServices')}
            </LinkButton>
          }
        >
          {t('goneText')}
        </EmptyState>
      </Card>
    </Page>
  );
}
