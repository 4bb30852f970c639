import type { Schema } from '@/api';
import { usePermissions } from '@/session';
import type { Column } from '@/ui';

import { KeyIdEnd } from './KeyIdEnd';
import styles from './keys.module.css';
import { Permissions } from './Permissions';
import { RowMenu, type RowAction } from './RowMenu';
import { StatusBadge } from './StatusBadge';
import { Creation, Expiry, LastUse } from './times';
import type { Layout } from './useLayout';
import { useWords } from './useWords';

type ApiKey = Schema<'ApiKey'>;

type Wishes = {
  organizationId: string;
  layout: Layout;
  now: number;
  onAction: (action: RowAction, apiKey: ApiKey) => void;
  onMenuOpenChange: (open: boolean) => void;
};

/** The sortable ones are called as the server's `sort` calls them. */
export function useColumns({ organizationId, layout, now, onAction, onMenuOpenChange }: Wishes): Column<ApiKey>[] {
  const words = useWords();
  const { can } = usePermissions(organizationId);
  const { t } = words;
  const compact = layout === 'compact';
  const keyId: Column<ApiKey> = { id: 'keyId', header: t('keyId'), width: '100px', cell: (key) => <KeyIdEnd suffix={key.keySuffix} words={words} /> };
  return [
    {
      id: 'name',
      header: t('name'),
      role: 'title',
      sortable: true,
      cell: (key) => (
        <>
          <span className={styles.name} title={key.name}>
            {key.name}
          </span>
          {/* Where there is no room for its column. */}
          {compact && (
            <span className={styles.below}>
              <KeyIdEnd suffix={key.keySuffix} words={words} />
            </span>
          )}
        </>
      ),
    },
    ...(compact ? [] : [keyId]),
    { id: 'permissions', header: t('permissions'), width: compact ? '16%' : '15%', cell: (key) => <Permissions roles={key.assignedRoles} layout={layout} words={words} /> },
    { id: 'status', header: t('status'), sortable: true, width: compact ? '104px' : '124px', cell: (key) => <StatusBadge apiKey={key} now={now} words={words} /> },
    { id: 'expireAt', header: t('expires'), sortable: true, width: compact ? '112px' : '136px', cell: (key) => <Expiry expireAt={key.expireAt} words={words} /> },
    { id: 'createdAt', header: t('created'), sortable: true, width: compact ? '16%' : '14%', cell: (key) => <Creation apiKey={key} words={words} /> },
    { id: 'usedAt', header: t('lastUsed'), sortable: true, width: compact ? '84px' : '128px', cell: (key) => <LastUse usedAt={key.usedAt} now={now} words={words} /> },
    {
      id: 'actions',
      header: t('actions'),
      role: 'actions',
      width: compact ? '44px' : '56px',
      cell: (key) => <RowMenu organizationId={organizationId} apiKey={key} onAction={onAction} onOpenChange={onMenuOpenChange} can={can} words={words} />,
    },
  ];
}
