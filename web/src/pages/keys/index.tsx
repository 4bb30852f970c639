import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '@/api';
import { PermittedButton, usePermissions } from '@/session';
import { Card, EmptyState, FailedCard, NotAllowed, Page, PageHeader } from '@/ui';

import { NewKeyFlyout } from './form';
import { KeyList } from './KeyList';
import { useKeyFilter } from './useKeyFilter';
import { useKeyPage } from './useKeyPage';

export default function KeysPage() {
  const { t } = useTranslation('keys');
  const { orgId } = useParams({ from: '/console/organizations/$orgId/keys' });
  const { can } = usePermissions(orgId);
  if (can('control-plane:organization:view-api-keys')) return <Keys key={orgId} organizationId={orgId} />;
  return (
    <Page>
      <PageHeader title={t('title')} />
      <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>
    </Page>
  );
}

function Keys({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('keys');
  const [creating, setCreating] = useState(false);
  const [hold, setHold] = useState(false);
  const filter = useKeyFilter();
  const list = useKeyPage(organizationId, filter.filter, hold);
  const { page, stale, error } = list;
  const none = page?.totalCount === 0 && !stale && !filter.narrows;
  const refused = error instanceof ApiError && error.status === 403;
  const failed = error && (refused || !page);
  const retry = () => {
    list.first(); // a cursor may be what is wrong
    void list.refetch();
  };
  const newKey = (
    <PermittedButton organizationId={organizationId} permission="control-plane:organization:create-api-keys" kind="primary" icon="plus" onClick={() => setCreating(true)}>
      {t('new')}
    </PermittedButton>
  );
  return (
    <Page>
      <PageHeader title={t('title')} description={!none && t('description')} actions={!none && !failed && newKey} />
      {refused ? (
        <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>
      ) : failed ? (
        <FailedCard title={t('failedTitle')} error={error} onRetry={retry} />
      ) : none ? (
        <Card>
          <EmptyState icon="key" title={t('emptyTitle')} action={newKey}>
            {t('emptyText')}
          </EmptyState>
        </Card>
      ) : (
        <KeyList organizationId={organizationId} filter={filter} list={list} onHold={setHold} />
      )}
      <NewKeyFlyout organizationId={organizationId} open={creating} onClose={() => setCreating(false)} />
    </Page>
  );
}
