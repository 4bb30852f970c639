import { useTranslation } from 'react-i18next';

import type { Role } from '@/permissions';
import { IconButton, Link, Menu, MenuItem, MenuSeparator } from '@/ui';

type Props = { organizationId: string; role: Role; onDelete: () => void };

export function RoleMenu({ organizationId, role, onDelete }: Props) {
  const { t } = useTranslation('roles');
  const custom = role.type === 'custom';
  const params = { orgId: organizationId };
  return (
    <Menu trigger={<IconButton icon="dots-vertical" label={t('actionsOf', { name: role.name })} plain />}>
      <MenuItem icon={custom ? 'pencil' : 'eye'} link={<Link to="/organizations/$orgId/users/roles/$roleId" params={{ ...params, roleId: role.id }} />}>
        {t(custom ? 'edit' : 'seeDetails')}
      </MenuItem>
      <MenuItem icon="copy" link={<Link to="/organizations/$orgId/users/roles/new" params={params} state={{ copyOf: role.id }} />}>
        {t('duplicate')}
      </MenuItem>
      {custom && (
        <>
          <MenuSeparator />
          <MenuItem icon="trash" danger onSelect={onDelete}>
            {t('delete')}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
