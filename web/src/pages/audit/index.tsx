import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { usePermissions } from '@/session';
import { NotAllowed, Page, PageHeader } from '@/ui';

import { Activities } from './Activities';

export default function AuditPage() {
  const { t } = useTranslation('audit');
  const { orgId } = useParams({ from: '/console/organizations/$orgId/audit' });
  const allowed = usePermissions(orgId).can('control-plane:organization:view-activities');
  return (
    <Page>
      {allowed ? (
        <Activities key={orgId} organizationId={orgId} />
      ) : (
        <>
          <PageHeader title={t('title')} />
          <NotAllowed title={t('deniedTitle')}>{t('deniedText')}</NotAllowed>
        </>
      )}
    </Page>
  );
}
