import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { usePermissions } from '@/session';
import { NotAllowed, Page, PageHeader } from '@/ui';

import { CreateForm } from './CreateForm';
import { Made, type NewService } from './Made';

/** The form of a new service, and then its progress and its password. */
export default function NewServicePage() {
  const { orgId } = useParams({ from: '/console/organizations/$orgId/services/new' });
  return <NewServiceIn key={orgId} organizationId={orgId} />;
}

function NewServiceIn({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('services');
  const allowed = usePermissions(organizationId).can('control-plane:organization:create-service');
  // Here and nowhere else: not in a query or a mutation, which the cache remembers.
  const [made, setMade] = useState<NewService>();
  if (made) return <Made organizationId={organizationId} made={made} />;
  return (
    <Page narrow>
      <PageHeader title={t('create.title')} description={t('create.description')} />
      {allowed ? (
        <CreateForm organizationId={organizationId} onMade={setMade} />
      ) : (
        <NotAllowed title={t('create.notAllowedTitle')}>{t('create.notAllowedText')}</NotAllowed>
      )}
    </Page>
  );
}
