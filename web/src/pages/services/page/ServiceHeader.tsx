import { useMatches, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { PermittedButton, useServicePermissions } from '@/session';
import { BackLink, Banner, IconButton, LinkTab, LinkTabs, Menu, MenuItem, MenuSeparator, PageHeader, Stack, usePageTitle } from '@/ui';

import { DeleteDialog } from '../DeleteDialog';
import { RenameDialog } from '../RenameDialog';
import { allows, isGoing, permissionOf, type Service } from '../service';
import { StateBadge } from '../StateBadge';
import { StopDialog } from '../StopDialog';
import { useServiceAction } from '../useServiceAction';
import styles from './page.module.css';

const tabs = [
  { tab: 'overview', to: '/organizations/$orgId/services/$serviceId' },
  { tab: 'connect', to: '/organizations/$orgId/services/$serviceId/connect' },
  { tab: 'metrics', to: '/organizations/$orgId/services/$serviceId/metrics' },
  { tab: 'scaling', to: '/organizations/$orgId/services/$serviceId/scaling' },
  { tab: 'settings', to: '/organizations/$orgId/services/$serviceId/settings' },
  { tab: 'security', to: '/organizations/$orgId/services/$serviceId/security' },
] as const;

type Props = { organizationId: string; service: Service };

export function ServiceHeader({ organizationId, service }: Props) {
  const { t } = useTranslation('services');
  const params = { orgId: organizationId, serviceId: service.id };
  const routeId = useMatches({ select: (matches) => matches.at(-1)?.fullPath ?? '' });
  const current = tabs.find(({ to }) => to === routeId.replace(/\/$/, ''))?.tab ?? 'overview';
  return (
    <Stack gap={16}>
      <BackLink to="/organizations/$orgId/services" params={{ orgId: organizationId }} className={styles.back}>
        {t('backToServices')}
      </BackLink>
      <PageHeader
        title={service.name}
        description={<StateBadge service={service} />}
        actions={<Actions organizationId={organizationId} service={service} />}
      />
      <TabTitle name={service.name} tab={t(`tabs.${current}`)} />
      {service.stateMessage && <Banner kind={service.state === 'failed' ? 'danger' : 'warning'}>{service.stateMessage}</Banner>}
      <LinkTabs label={service.name}>
        {tabs.map(({ tab, to }) => (
          <LinkTab key={tab} to={to} params={params} resetScroll={false} current={tab === current}>
            {t(`tabs.${tab}`)}
          </LinkTab>
        ))}
      </LinkTabs>
    </Stack>
  );
}

/** After the header, whose own title of the tab is the service's name alone. */
function TabTitle({ name, tab }: { name: string; tab: string }) {
  usePageTitle(`${tab} · ${name}`);
  return null;
}

function Actions({ organizationId, service }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const navigate = useNavigate();
  const act = useServiceAction(organizationId);
  const { can } = useServicePermissions(organizationId);
  const [dialog, setDialog] = useState<'stop' | 'rename' | 'delete'>();
  const [busy, setBusy] = useState(false);
  const close = useCallback(() => setDialog(undefined), []);
  const going = isGoing(service) ? t('notNow', { state: t(`states.${service.state}`) }) : undefined;
  const unless = (permission: string) => (can(permission, service.id) ? going : t('common:notAllowed'));
  const command = (['start', 'awake'] as const).find((one) => allows(service, one));
  const manage = { organizationId, serviceId: service.id, permission: 'control-plane:service:manage' };
  const run = async (one: 'start' | 'awake') => {
    setBusy(true);
    await act(service, one);
    setBusy(false);
  };
  const props = { organizationId, service, onClose: close };
  return (
    <>
      {command && (
        <PermittedButton {...manage} permission={permissionOf(command)} kind="primary" icon="play" busy={busy} onClick={() => void run(command)}>
          {t(command)}
        </PermittedButton>
      )}
      {service.state !== 'stopped' && service.state !== 'failed' && (
        <PermittedButton {...manage} icon="stop" disabledReason={allows(service, 'stop') ? undefined : t('notNow', { state: t(`states.${service.state}`) })} onClick={() => setDialog('stop')}>
          {t('stop')}
        </PermittedButton>
      )}
      <Menu trigger={<IconButton icon="dots-vertical" label={t('moreActions')} plain className={styles.more} />}>
        <MenuItem icon="pencil" disabledReason={unless('control-plane:service:manage')} onSelect={() => setDialog('rename')}>
          {t('rename')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="trash" danger disabledReason={unless('control-plane:service:delete')} onSelect={() => setDialog('delete')}>
          {t('delete')}
        </MenuItem>
      </Menu>
      {dialog === 'stop' && <StopDialog {...props} />}
      {dialog === 'rename' && <RenameDialog {...props} />}
      {dialog === 'delete' && (
        <DeleteDialog {...props} onDeleted={() => void navigate({ to: '/organizations/$orgId/services', params: { orgId: organizationId } })} />
      )}
    </>
  );
}
