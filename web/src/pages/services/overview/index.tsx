import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { CopyButton, DefinitionList, Link, Mono, Muted, Section } from '@/ui';

import { isOpen } from '../fields';
import { useThisService } from '../page/context';
import { providerNames } from '../regions';
import type { Service } from '../service';
import { Activities } from './Activities';
import { SizeInForce, SleepInForce } from './InForce';
import styles from './overview.module.css';
import { TagsSection } from './TagsSection';

/** What there is to know of the service. */
export default function Overview() {
  return (
    <div className={styles.overview}>
      <div className={styles.column}>
        <Details />
        <TagsSection />
      </div>
      <Activities />
    </div>
  );
}

function Details() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { exactTime, dateTime } = useFormat();
  const params = { orgId: organizationId, serviceId: service.id };
  return (
    <Section title={t('overview.details')}>
      <DefinitionList
        items={[
          { term: t('overview.endpoints'), value: <Endpoints service={service} /> },
          { term: t('version'), value: service.clickhouseVersion ? `ClickHouse ${service.clickhouseVersion}` : <Muted>{t('notYet')}</Muted> },
          { term: t('size'), value: <SizeInForce /> },
          { term: t('overview.idle'), value: <SleepInForce /> },
          {
            term: t('overview.whoMayConnect'),
            value: (
              <Link to="/organizations/$orgId/services/$serviceId/security" params={params} hash="addresses">
                <WhoMayConnect service={service} />
              </Link>
            ),
          },
          { term: t('overview.place'), value: t('place', { provider: providerNames[service.provider], region: service.region }) },
          { term: t('created'), value: <time dateTime={service.createdAt} title={exactTime(service.createdAt)}>{dateTime(service.createdAt)}</time> },
          {
            term: t('overview.id'),
            value: (
              <span className={styles.copied}>
                <Mono>{service.id}</Mono>
                <CopyButton text={service.id} name={t('overview.id')} />
              </span>
            ),
          },
        ]}
      />
    </Section>
  );
}

function Endpoints({ service }: { service: Service }) {
  const { t } = useTranslation('services');
  if (service.endpoints.length === 0) return <Muted>{t('overview.noEndpoints')}</Muted>;
  return (
    <ul className={styles.endpoints}>
      {inOrder(service.endpoints).map(({ protocol, host, port }) => {
        const address = `${protocol === 'https' ? 'https://' : ''}${host}:${port}`;
        return (
          <li key={protocol}>
            <span className={styles.copied}>
              <Mono>{address}</Mono>
              <CopyButton text={address} name={t(`overview.protocols.${protocol}`)} />
            </span>
            <span className={styles.second}>{t(`overview.protocols.${protocol}`)}</span>
          </li>
        );
      })}
    </ul>
  );
}

const order = ['https', 'nativesecure', 'mysql'] as const;

function inOrder(endpoints: Service['endpoints']): Service['endpoints'] {
  return endpoints.toSorted((a, b) => order.indexOf(a.protocol) - order.indexOf(b.protocol));
}

function WhoMayConnect({ service: { ipAccessList } }: { service: Service }) {
  const { t } = useTranslation('services');
  if (isOpen(ipAccessList)) return t('overview.anywhere');
  return ipAccessList.length === 0 ? t('overview.nobody') : t('overview.places', { count: ipAccessList.length });
}
