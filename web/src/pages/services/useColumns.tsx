import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { CopyButton, Link, Muted, type Column } from '@/ui';

import { providerNames } from './regions';
import { RowMenu, type RowAction } from './RowMenu';
import { addressOf, type Service } from './service';
import styles from './services.module.css';
import { StateBadge } from './StateBadge';
import { Tags } from './Tags';
import { useSize } from './useSize';

export function useColumns(organizationId: string, onAction: (action: RowAction, service: Service) => void): Column<Service>[] {
  const { t } = useTranslation('services');
  const { date, exactTime } = useFormat();
  const { size } = useSize();
  return [
    {
      id: 'name', header: t('name'), role: 'title', width: '22%',
      cell: (service) => (
        <span className={styles.lines}>
          <Link to="/organizations/$orgId/services/$serviceId" params={{ orgId: organizationId, serviceId: service.id }} className={styles.name ?? ''}>
            {service.name}
          </Link>
          {service.tags.length > 0 && <Tags tags={service.tags} most={2} />}
        </span>
      ),
    },
    { id: 'state', header: t('state'), width: '12%', cell: (service) => <StateBadge service={service} /> },
    { id: 'version', header: t('version'), width: '10%', cell: (service) => service.clickhouseVersion || <Muted>{t('notYet')}</Muted> },
    { id: 'size', header: t('size'), width: '13%', cell: size },
    { id: 'address', header: t('address'), width: '20%', cell: (service) => <AddressCell service={service} /> },
    {
      id: 'region', header: t('region'), width: '12%',
      cell: (service) => (
        <span className={styles.lines}>
          {service.region}
          <span className={styles.second}>{providerNames[service.provider]}</span>
        </span>
      ),
    },
    {
      id: 'created', header: t('created'), width: '11%',
      cell: (service) => (
        <time dateTime={service.createdAt} title={exactTime(service.createdAt)}>
          {date(service.createdAt)}
        </time>
      ),
    },
    { id: 'actions', header: t('actions'), role: 'actions', width: '52px', cell: (service) => <RowMenu organizationId={organizationId} service={service} onAction={onAction} /> },
  ];
}

function AddressCell({ service }: { service: Service }) {
  const { t } = useTranslation('services');
  const address = addressOf(service);
  if (!address) return <Muted>{t('notYet')}</Muted>;
  return (
    <span className={styles.address}>
      <span className={styles.host}>{address}</span>
      <CopyButton text={address} name={t('addressOf', { name: service.name })} />
    </span>
  );
}
