import { useTranslation } from 'react-i18next';

import type { Role } from '@/permissions';
import { Badge, Link, type Column } from '@/ui';

import { AllowedList } from './AllowedList';
import { RoleMenu } from './RoleMenu';
import styles from './roles.module.css';
import { useCounts } from './useCounts';

type Options = { organizationId: string; onDelete: (role: Role) => void; onHolders: (role: Role) => void };

export function useColumns({ organizationId, onDelete, onHolders }: Options): Column<Role>[] {
  const { t } = useTranslation('roles');
  const counts = useCounts();
  return [
    {
      id: 'name',
      header: t('name'),
      role: 'title',
      width: '24%',
      cell: (role) => (
        <span className={styles.name}>
          <Link to="/organizations/$orgId/users/roles/$roleId" params={{ orgId: organizationId, roleId: role.id }}>
            {role.name}
          </Link>
          <Badge state={role.type === 'custom' ? 'info' : 'neutral'}>{t(`types.${role.type}`)}</Badge>
        </span>
      ),
    },
    { id: 'allows', header: t('whatItAllows'), cell: ({ policies }) => <AllowedList organizationId={organizationId} policies={policies} /> },
    {
      id: 'holders',
      header: t('holders'),
      width: '18%',
      cell: (role) =>
        role.actors.length === 0 ? (
          <span className={styles.nothing}>{t('nobody')}</span>
        ) : (
          <button type="button" className={styles.count} aria-haspopup="dialog" onClick={() => onHolders(role)}>
            {counts(role.actors)}
          </button>
        ),
    },
    {
      id: 'actions',
      header: t('actions'),
      role: 'actions',
      width: '56px',
      cell: (role) => <RoleMenu organizationId={organizationId} role={role} onDelete={() => onDelete(role)} />,
    },
  ];
}
