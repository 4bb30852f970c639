import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { Badge, Muted, VisuallyHidden } from '@/ui';

import { useRoleWords } from './roleWords';
import styles from './users.module.css';

/** Those that were made here stand out: their names say little to others. */
export function RoleBadges({ roles }: { roles: readonly Schema<'AssignedRole'>[] }) {
  const { t } = useTranslation('users');
  const hint = useRoleWords();
  if (roles.length === 0) return <Muted>{t('noRoles')}</Muted>;
  return (
    <ul className={styles.badges}>
      {roles.map((role) => (
        <li key={role.roleId} title={hint(role)}>
          <Badge state={role.roleType === 'custom' ? 'info' : 'default'}>{role.roleName}</Badge>
          {role.roleType === 'custom' && <VisuallyHidden> ({t('customRole')})</VisuallyHidden>}
        </li>
      ))}
    </ul>
  );
}
