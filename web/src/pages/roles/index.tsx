import { useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, errorText } from '@/api';
import { PeopleHeader } from '@/pages/users/PeopleHeader';
import { useRoles, type Role } from '@/permissions';
import { usePermissions } from '@/session';
import { Banner, Button, Card, EmptyState, LinkButton, Page, Table } from '@/ui';

import { DeleteDialog } from './DeleteDialog';
import { HoldersDialog } from './HoldersDialog';
import { NotAllowed } from './NotAllowed';
import styles from './roles.module.css';
import { useColumns } from './useColumns';

/** The roles of the organization: those made here, and those that come with Gatehouse. */
export function Roles() {
  const { orgId } = useParams({ from: '/console/organizations/$orgId/users/roles' });
  const allowed = usePermissions(orgId).can('control-plane:organization:manage');
  if (allowed) return <RoleLists key={orgId} organizationId={orgId} />;
  return (
    <Page>
      <PeopleHeader tab="roles" />
      <NotAllowed />
    </Page>
  );
}

function RoleLists({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation(['roles', 'common']);
  const { data: roles, error, refetch } = useRoles(organizationId, { refetchInterval: 5_000 });
  const refused = error instanceof ApiError && error.status === 403;
  const newRole = (
    <LinkButton kind="primary" icon="plus" to="/organizations/$orgId/users/roles/new" params={{ orgId: organizationId }}>
      {t('new')}
    </LinkButton>
  );
  const retry = <Button onClick={() => void refetch()}>{t('common:retry')}</Button>;
  const custom = roles?.filter(({ type }) => type === 'custom');
  const system = roles?.filter(({ type }) => type === 'system');
  return (
    <Page>
      <PeopleHeader tab="roles" actions={!refused && (roles ? custom?.length !== 0 : !error) && newRole} />
      {refused ? (
        <NotAllowed />
      ) : error && !roles ? (
        <Card>
          <EmptyState icon="warning" title={t('failedTitle')} action={retry}>
            {errorText(error)}
          </EmptyState>
        </Card>
      ) : (
        <>
          {error && (
            <Banner kind="warning" title={t('refreshFailed')} action={retry}>
              {errorText(error)}
            </Banner>
          )}
          <RoleTable organizationId={organizationId} title={t('custom')} roles={custom} empty={<NoCustomRoles action={newRole} />} />
          <RoleTable organizationId={organizationId} title={t('system')} roles={system} />
        </>
      )}
    </Page>
  );
}

function NoCustomRoles({ action }: { action: ReactNode }) {
  const { t } = useTranslation('roles');
  return (
    <EmptyState icon="users" title={t('emptyTitle')} action={action}>
      {t('emptyText')}
    </EmptyState>
  );
}

type TableProps = { organizationId: string; title: string; roles: readonly Role[] | undefined; empty?: ReactNode };

function RoleTable({ organizationId, title, roles, empty }: TableProps) {
  const [open, setOpen] = useState<{ kind: 'delete' | 'holders'; role: Role }>();
  const columns = useColumns({ organizationId, onDelete: (role) => setOpen({ kind: 'delete', role }), onHolders: (role) => setOpen({ kind: 'holders', role }) });
  const close = () => setOpen(undefined);
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>{title}</h2>
      <div className={styles.table}>
        <Table caption={title} columns={columns} rows={roles ?? []} rowKey={({ id }) => id} loading={!roles} loadingRows={3} fixed empty={empty} />
      </div>
      {open?.kind === 'delete' && <DeleteDialog organizationId={organizationId} role={open.role} onClose={close} />}
      {open?.kind === 'holders' && <HoldersDialog organizationId={organizationId} role={open.role} onClose={close} />}
    </section>
  );
}
