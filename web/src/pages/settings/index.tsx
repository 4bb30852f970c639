import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { Page, PageHeader } from '@/ui';

import { ApiAddress } from './ApiAddress';
import { Organization } from './Organization';
import { Quotas } from './Quotas';

export default function SettingsPage() {
  const { t } = useTranslation('settings');
  const { orgId } = useParams({ from: '/console/organizations/$orgId/settings' });
  return (
    <Page narrow>
      <PageHeader title={t('title')} description={t('description')} />
      <Organization key={orgId} organizationId={orgId} />
      <Quotas organizationId={orgId} />
      <ApiAddress />
    </Page>
  );
}
