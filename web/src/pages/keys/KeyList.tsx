import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText, type Schema } from '@/api';
import { Button, EmptyState, FailedBanner, Pager, Stack, Table, toast } from '@/ui';

import { DeleteDialog } from './DeleteDialog';
import { DisableDialog } from './DisableDialog';
import { FilterBar } from './FilterBar';
import { EditKeyFlyout } from './form';
import styles from './keys.module.css';
import type { RowAction } from './RowMenu';
import { useColumns } from './useColumns';
import { isGone } from './useKey';
import type { useKeyFilter } from './useKeyFilter';
import { useKeyChanges } from './useKeyChanges';
import type { useKeyPage } from './useKeyPage';
import { useLayout } from './useLayout';
import { useNow } from './useNow';

type ApiKey = Schema<'ApiKey'>;

type Props = {
  organizationId: string;
  filter: ReturnType<typeof useKeyFilter>;
  list: ReturnType<typeof useKeyPage>;
  onHold: (hold: boolean) => void;
};

/** The keys that the filter selects, with what may be done to them. */
export function KeyList({ organizationId, filter, list, onHold }: Props) {
  const { t } = useTranslation('keys');
  const [action, setAction] = useState<{ kind: RowAction; key: ApiKey }>();
  const changes = useKeyChanges(organizationId);
  const layout = useLayout();
  const { page, stale, offset } = list;

  const enable = async (key: ApiKey) => {
    const name = key.name;
    try {
      await changes.setState(key.id, 'enabled');
      toast('success', t('enabledToast', { name }));
    } catch (error) {
      const gone = isGone(error);
      toast('danger', t(gone ? 'goneTitle' : 'enableFailed', { name }), gone ? t('goneText') : errorText(error));
      if (gone) changes.forget(key.id);
    }
  };
  const act = (kind: RowAction, key: ApiKey) => (kind === 'enable' ? void enable(key) : setAction({ kind, key }));
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    filter.clear();
    field.current?.focus(); // the button is about to go
  };
  const close = useCallback(() => setAction(undefined), []);
  const columns = useColumns({ organizationId, layout, now: useNow(), onAction: act, onMenuOpenChange: onHold });

  return (
    <Stack gap={12}>
      <FilterBar {...filter} ref={field} />
      {list.error && page && <FailedBanner kind="warning" title={t('refreshFailed')} error={list.error} onRetry={list.refetch} />}
      <div className={styles.table}>
        <Table
          caption={t('title')}
          columns={columns}
          rows={page?.result ?? []}
          rowKey={(key) => key.id}
          sort={{ column: filter.filter.sort, order: filter.filter.order }}
          onSort={filter.setSort}
          loading={!page}
          loadingRows={10}
          stale={stale}
          fixed
          dense
          empty={
            <EmptyState icon="search" title={t('noMatchTitle')} action={<Button onClick={clear}>{t('clearFilter')}</Button>}>
              {t('noMatchText')}
            </EmptyState>
          }
        />
      </div>
      {page && <Pager offset={offset} shown={page.result.length} total={page.totalCount} onPrevious={fromTop(list.previous)} onNext={fromTop(list.next)} />}
      {action?.kind === 'edit' && <EditKeyFlyout organizationId={organizationId} keyToEdit={action.key} open onClose={close} />}
      {action?.kind === 'disable' && <DisableDialog organizationId={organizationId} row={action.key} onClose={close} />}
      {action?.kind === 'delete' && <DeleteDialog organizationId={organizationId} row={action.key} onClose={close} />}
    </Stack>
  );
}

/** Another page begins at its top. */
function fromTop(turn: (() => void) | undefined) {
  return (
    turn &&
    (() => {
      turn();
      scrollTo({ top: 0 });
    })
  );
}
