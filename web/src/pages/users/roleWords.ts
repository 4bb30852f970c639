import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { systemRoles, type SystemRole } from '@/pages/keys/form/roles';

export type RoleName = Pick<Schema<'AssignedRole'>, 'roleName' | 'roleType'>;

/** What a role allows, in a sentence. */
export function useRoleWords(): (role: RoleName) => string {
  const { t } = useTranslation(['users', 'keyForm']);
  return ({ roleName, roleType }) => (roleType === 'system' && isSystemRole(roleName) ? t(`keyForm:roleHints.${systemRoles[roleName]}`) : t('customRoleHint'));
}

/** Such as "Admin, Billing and Member". */
export function useListWords(): (names: readonly string[]) => string {
  const { i18n } = useTranslation();
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return (names) => list.format(names);
}

function isSystemRole(name: string): name is SystemRole {
  return Object.hasOwn(systemRoles, name);
}
