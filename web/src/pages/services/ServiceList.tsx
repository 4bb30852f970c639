import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, EmptyState, FailedBanner, ListTools, Stack, Table } from '@/ui';

import { DeleteDialog } from './DeleteDialog';
import type { RowAction } from './RowMenu';
import { addressOf, type Service } from './service';
import styles from './services.module.css';
import { StopDialog } from './StopDialog';
import { useColumns } from './useColumns';
import { useServiceAction } from './useServiceAction';
import type { useServices } from './useServices';

type Props = { organizationId: string; list: ReturnType<typeof useServices> };

/** The services, with what may be done to each. */
export function ServiceList({ organizationId, list }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const { search = '' } = useSearch({ from: '/console/organizations/$orgId/services' });
  const navigate = useNavigate({ from: '/organizations/$orgId/services' });
  const [action, setAction] = useState<{ kind: RowAction; service: Service }>();
  const run = useServiceAction(organizationId);
  const close = useCallback(() => setAction(undefined), []);
  const act = (kind: RowAction, service: Service) => (kind === 'start' || kind === 'awake' ? void run(service, kind) : setAction({ kind, service }));
  const columns = useColumns(organizationId, act);
  const field = useRef<HTMLInputElement>(null);

  const services = list.data ?? [];
  const found = services.filter((service) => matches(service, search));
  // Replaced, not pushed: otherwise the way back would lead through every letter.
  const look = (text: string) => void navigate({ search: text ? { search: text } : {}, replace: true, resetScroll: false });
  const clear = () => {
    look('');
    field.current?.focus(); // the button is about to go
  };
  const shown = search.trim() ? t('found', { count: found.length, total: services.length }) : t('count', { count: services.length });
  return (
    <Stack gap={12}>
      <ListTools label={t('search')} value={search} onChange={look} ref={field} status={list.data ? shown : ''} />
      {list.error && list.data && <FailedBanner kind="warning" title={t('refreshFailed')} error={list.error} onRetry={list.refetch} />}
      <div className={styles.table}>
        <Table
          caption={t('title')}
          columns={columns}
          rows={found}
          rowKey={(service) => service.id}
          loading={!list.data}
          fixed
          dense
          empty={
            <EmptyState icon="search" title={t('noMatchTitle')} action={<Button onClick={clear}>{t('common:clearSearch')}</Button>}>
              {t('noMatchText')}
            </EmptyState>
          }
        />
      </div>
      {action?.kind === 'stop' && <StopDialog organizationId={organizationId} service={action.service} onClose={close} />}
      {action?.kind === 'delete' && <DeleteDialog organizationId={organizationId} service={action.service} onClose={close} />}
    </Stack>
  );
}

function matches(service: Service, search: string): boolean {
  const text = search.trim().toLowerCase();
  const places = [service.name, addressOf(service) ?? '', service.id, service.region, ...service.tags.flatMap(({ key, value = '' }) => [`${key}: ${value}`, `${key}:${value}`])];
  return places.some((place) => place.toLowerCase().includes(text));
}
