import { useTranslation } from 'react-i18next';

import { useServicePermissions } from '@/session';
import { IconButton, Link, Menu, MenuItem, MenuSeparator } from '@/ui';

import { allows, isGoing, permissionOf, type Service } from './service';

export type RowAction = 'start' | 'stop' | 'awake' | 'delete';

type Props = { organizationId: string; service: Service; onAction: (action: RowAction, service: Service) => void };

export function RowMenu({ organizationId, service, onAction }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const { can } = useServicePermissions(organizationId);
  const unless = (permission: string) => (can(permission, service.id) ? undefined : t('common:notAllowed'));
  const going = isGoing(service) ? t('notNow', { state: t(`states.${service.state}`) }) : undefined;
  const command = (['start', 'awake'] as const).find((one) => allows(service, one));
  const item = (action: 'start' | 'stop' | 'awake', reason?: string) => (
    <MenuItem icon={action === 'stop' ? 'stop' : 'play'} disabledReason={unless(permissionOf(action)) ?? reason} onSelect={() => onAction(action, service)}>
      {t(action)}
    </MenuItem>
  );
  return (
    <Menu trigger={<IconButton icon="dots-vertical" label={t('actionsOf', { name: service.name })} plain />}>
      <MenuItem icon="connect" link={<Link to="/organizations/$orgId/services/$serviceId/connect" params={{ orgId: organizationId, serviceId: service.id }} />}>
        {t('connect')}
      </MenuItem>
      <MenuSeparator />
      {command && item(command)}
      {(allows(service, 'stop') || !command) && item('stop', allows(service, 'stop') ? undefined : t('notNow', { state: t(`states.${service.state}`) }))}
      <MenuSeparator />
      <MenuItem icon="trash" danger disabledReason={unless('control-plane:service:delete') ?? going} onSelect={() => onAction('delete', service)}>
        {t('delete')}
      </MenuItem>
    </Menu>
  );
}
