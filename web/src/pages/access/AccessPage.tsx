import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '@/api';
import { BackLink, Banner, Button, Card, EmptyState, FailedBanner, FailedCard, NotAllowed, Page, PageHeader, Skeleton, Stack } from '@/ui';

import styles from './access.module.css';
import { FilterBar } from './FilterBar';
import { Operations } from './Operations';
import { Permissions } from './Permissions';
import { filtered, type Access, type Filter } from './rows';
import { SqlConsole } from './SqlConsole';
import { useDecisionWords } from './useDecisionWords';

type Props = {
  organizationId: string;
  kind: 'key' | 'person';
  name: string | undefined;
  access: UseQueryResult<Access>;
  back: { to: '/organizations/$orgId/keys' | '/organizations/$orgId/users'; text: string };
};

/** What somebody may do, and by which of their roles. */
export function AccessPage({ organizationId, kind, name, access: { data, error, refetch }, back }: Props) {
  const { t } = useTranslation(['access', 'common']);
  return (
    <Page>
      <Stack gap={8}>
        <BackLink to={back.to} params={{ orgId: organizationId }}>
          {back.text}
        </BackLink>
        <PageHeader title={name === undefined ? t('title') : t('titleOf', { name })} description={t(kind === 'key' ? 'descriptionKey' : 'descriptionPerson')} />
      </Stack>
      {data ? (
        <AccessParts organizationId={organizationId} access={data} />
      ) : error ? (
        <Failed kind={kind} error={error} onRetry={() => void refetch()} />
      ) : (
        <div aria-busy className={styles.parts}>
          <Skeleton height={160} />
          <Skeleton height={360} />
        </div>
      )}
      {data && error && <FailedBanner kind="warning" title={t('refreshFailed')} error={error} onRetry={refetch} />}
    </Page>
  );
}

function AccessParts({ organizationId, access }: { organizationId: string; access: Access }) {
  const { t } = useTranslation('access');
  const [filter, setFilter] = useState<Filter>({ text: '', decision: 'all' });
  const words = useDecisionWords(organizationId, access.resources);
  const operations = filtered(access.operations, filter, ({ operationId, summary, path, permissions }) => [operationId, summary, path, ...permissions]);
  const permissions = filtered(access.permissions, filter, ({ permission }) => [permission, words.permission(permission)]);
  const nothing = operations.length === 0 && permissions.length === 0;
  return (
    <div className={styles.parts}>
      {access.resourcesLeftOff !== undefined && access.resourcesLeftOff > 0 && (
        <Banner kind="info">{t('leftOff', { count: access.resourcesLeftOff })}</Banner>
      )}
      <FilterBar filter={filter} onChange={setFilter} />
      {nothing ? (
        <Card>
          <EmptyState icon="search" title={t('noMatch')} action={<Button onClick={() => setFilter({ text: '', decision: 'all' })}>{t('clearFilter')}</Button>} />
        </Card>
      ) : (
        <>
          <Operations operations={operations} words={words} />
          <Permissions permissions={permissions} words={words} />
        </>
      )}
      <SqlConsole access={access.sqlConsole} words={words} />
    </div>
  );
}

function Failed({ kind, error, onRetry }: { kind: Props['kind']; error: Error; onRetry: () => void }) {
  const { t } = useTranslation(['access', 'common']);
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 403) return <NotAllowed title={t('notAllowedTitle')}>{t('common:notAllowed')}</NotAllowed>;
  if (status !== 404 && status !== 400) return <FailedCard title={t('failedTitle')} error={error} onRetry={onRetry} />;
  return (
    <Card>
      <EmptyState icon="search" title={t(kind === 'key' ? 'goneKey' : 'gonePerson')}>
        {t('goneText')}
      </EmptyState>
    </Card>
  );
}
