import { useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '@/api';
import { PeopleHeader } from '@/pages/users/PeopleHeader';
import { useRoles, type Role } from '@/permissions';
import { usePermissions } from '@/session';
import { EmptyState, FailedBanner, FailedCard, LinkButton, NotAllowed, Page, Table } from '@/ui';

import { DeleteDialog } from './DeleteDialog';
import { HoldersDialog } from './HoldersDialog';
import styles from './roles.module.css';
import { useColumns } from './useColumns';

/** The roles of the organization: those made here, and those that come with Gatehouse. */
export function Roles() {
  const { t } = useTranslation('roles');
  const { orgId } = useParams({ from: '/console/organizations/$orgId/users/roles' });
  const allowed = usePermissions(orgId).can('control-plane:organization:manage');
  if (allowed) return <RoleLists key={orgId} organizationId={orgId} />;
  return (
    <Page>
      <PeopleHeader tab="roles" />
      <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>
    </Page>
  );
}

function RoleLists({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('roles');
  const { data: roles, error, refetch } = useRoles(organizationId, { refetchInterval: 5_000 });
  const refused = error instanceof ApiError && error.status === 403;
  const newRole = (
    <LinkButton kind="primary" icon="plus" to="/organizations/$orgId/users/roles/new" params={{ orgId: organizationId }}>
      {t('new')}
    </LinkButton>
  );
  const custom = roles?.filter(({ type }) => type === 'custom');
  const system = roles?.filter(({ type }) => type === 'system');
  return (
    <Page>
      <PeopleHeader tab="roles" actions={!refused && (roles ? custom?.length !== 0 : !error) && newRole} />
      {refused ? (
        <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>
      ) : error && !roles ? (
        <FailedCard title={t('failedTitle')} error={error} onRetry={refetch} />
      ) : (
        <>
          {error && <FailedBanner kind="warning" title={t('refreshFailed')} error={error} onRetry={refetch} />}
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
