import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, EmptyState, FailedBanner, ListTools, Pager, Stack, Table } from '@/ui';

import { ChangeRolesDialog } from './ChangeRolesDialog';
import type { MemberAction } from './MemberMenu';
import { filterMembers, useMembers, type Member } from './people';
import { RemoveDialog } from './RemoveDialog';
import { ResetLinkDialog } from './ResetLinkDialog';
import { useMemberColumns } from './useMemberColumns';
import styles from './users.module.css';

const pageSize = 50;

/** The people of the organization, with what may be done about them. */
export function MemberList({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation(['users', 'common']);
  const members = useMembers(organizationId);
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const [action, setAction] = useState<{ kind: MemberAction; member: Member }>();
  const columns = useMemberColumns(organizationId, (kind, member) => setAction({ kind, member }));
  const close = useCallback(() => setAction(undefined), []);

  const found = filterMembers(members.data ?? [], search);
  const first = offset < found.length ? offset : 0;
  const shown = found.slice(first, first + pageSize);
  const look = (text: string) => {
    setSearch(text);
    setOffset(0);
  };
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    look('');
    field.current?.focus(); // the button is about to go
  };
  const count = members.data && (search.trim() ? t('found', { count: found.length, total: members.data.length }) : t('people', { count: found.length }));
  const props = { organizationId, onClose: close };
  if (members.isError && !members.data) return <FailedBanner title={t('membersFailed')} error={members.error} onRetry={members.refetch} />;
  return (
    <Stack gap={12}>
      <ListTools label={t('searchMembers')} value={search} onChange={look} ref={field} status={count ?? ''} />
      <div className={styles.table}>
        <Table
          caption={t('tabs.members')}
          columns={columns}
          rows={shown}
          rowKey={(member) => member.userId}
          loading={members.isPending}
          fixed
          empty={
            <EmptyState icon="search" title={t('noMatchTitle')} action={<Button onClick={clear}>{t('common:clearSearch')}</Button>}>
              {t('noMatchText')}
            </EmptyState>
          }
        />
      </div>
      {found.length > pageSize && (
        <Pager
          offset={first}
          shown={shown.length}
          total={found.length}
          onPrevious={first > 0 ? () => setOffset(first - pageSize) : undefined}
          onNext={first + pageSize < found.length ? () => setOffset(first + pageSize) : undefined}
        />
      )}
      {action?.kind === 'roles' && <ChangeRolesDialog {...props} member={action.member} />}
      {action?.kind === 'resetLink' && <ResetLinkDialog {...props} member={action.member} />}
      {action?.kind === 'remove' && <RemoveDialog {...props} member={action.member} />}
    </Stack>
  );
}
