import { useLocation, useParams } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useRoles, type Role } from '@/permissions';
import { usePermissions } from '@/session';
import { Card, EmptyState, FailedCard, LinkButton, NotAllowed, Page, PageHeader, Skeleton } from '@/ui';

import { BackToRoles } from './BackToRoles';
import { RoleDetails } from './RoleDetails';
import { RoleEditor } from './RoleEditor';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The id of the role that a new one begins as. */
    copyOf?: string;
  }
}

/** A new role, empty or as a copy of another. */
export function NewRole() {
  const { t } = useTranslation('roles');
  const { orgId } = useParams({ from: '/console/organizations/$orgId/users/roles/new' });
  const copyOf = useLocation({ select: ({ state }) => state.copyOf });
  return (
    <Loaded organizationId={orgId} title={t('newTitle')} wanted={copyOf}>
      {(original) => (
        <RoleEditor
          key={`${orgId} ${copyOf ?? ''}`}
          organizationId={orgId}
          start={original && { name: t('copyName', { name: original.name }), policies: original.policies }}
        />
      )}
    </Loaded>
  );
}

/** A role of the organization: a custom one to be edited, a system role to be read. */
export function EditedRole() {
  const { t } = useTranslation('roles');
  const { orgId, roleId } = useParams({ from: '/console/organizations/$orgId/users/roles/$roleId' });
  return (
    <Loaded organizationId={orgId} title={t('role')} wanted={roleId}>
      {(role) =>
        role &&
        (role.type === 'system' ? <RoleDetails organizationId={orgId} role={role} /> : <RoleEditor key={role.id} organizationId={orgId} role={role} />)
      }
    </Loaded>
  );
}

type LoadedProps = { organizationId: string; title: string; wanted: string | undefined; children: (role: Role | undefined) => ReactNode };

/** Waits for the role that is wanted, if any. */
function Loaded({ organizationId, title, wanted, children }: LoadedProps) {
  const { t } = useTranslation('roles');
  const allowed = usePermissions(organizationId).can('control-plane:organization:manage');
  // As it is now: what is edited must not begin with what was there a while ago.
  const { data: roles, error, refetch, isFetchedAfterMount } = useRoles(organizationId, { enabled: allowed && wanted !== undefined, refetchOnMount: 'always' });
  const role = isFetchedAfterMount ? roles?.find(({ id }) => id === wanted) : undefined;
  if (allowed && (wanted === undefined || role)) {
    return (
      <>
        {children(role)}
        <KeepFocus />
      </>
    );
  }
  return (
    <Page>
      <BackToRoles organizationId={organizationId} />
      <PageHeader title={title} />
      {!allowed ? (
        <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>
      ) : roles && isFetchedAfterMount ? (
        <Card>
          <EmptyState
            icon="search"
            title={t('goneTitle')}
            action={
              <LinkButton to="/organizations/$orgId/users/roles" params={{ orgId: organizationId }}>
                {t('title')}
              </LinkButton>
            }
          >
            {t('goneText')}
          </EmptyState>
        </Card>
      ) : error ? (
        <FailedCard title={t('failedTitle')} error={error} onRetry={refetch} />
      ) : (
        <div aria-busy>
          <Skeleton height={320} />
        </div>
      )}
    </Page>
  );
}

/** The heading that had the focus while the role was on its way is another one now. */
function KeepFocus() {
  useEffect(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('h1')?.focus();
  }, []);
  return null;
}
