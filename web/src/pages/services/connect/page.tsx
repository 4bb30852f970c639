import { useTranslation } from 'react-i18next';

import { PermittedButton, useMaybeSession } from '@/session';
import { Banner, LinkButton, Section } from '@/ui';

import { isOpen } from '../fields';
import { useThisService } from '../page/context';
import { allows, isGoing, isUnreachable } from '../service';
import { useServiceAction } from '../useServiceAction';
import { ConnectCommands } from './ConnectCommands';
import styles from './connect.module.css';

/** How to connect to the service, and what stands in the way. */
export default function Connect() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  return (
    <div className={styles.page}>
      <StateNotice />
      <AccessNotice />
      <Section title={t('connecting.title')} description={t('connecting.text')}>
        <ConnectCommands organizationId={organizationId} service={service} />
      </Section>
    </div>
  );
}

/** What does not answer at the moment. */
function StateNotice() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const act = useServiceAction(organizationId);
  if (service.state === 'idle' && !isUnreachable(service)) return <Banner kind="neutral">{t('connecting.idle')}</Banner>;
  if (service.state === 'stopped' || service.state === 'stopping') {
    const start = (
      <PermittedButton organizationId={organizationId} serviceId={service.id} permission="control-plane:service:manage" onClick={() => void act(service, 'start')}>
        {t('start')}
      </PermittedButton>
    );
    return (
      <Banner kind="warning" action={allows(service, 'start') && start}>
        {t('connecting.stopped')}
      </Banner>
    );
  }
  if (service.state === 'failed' || isGoing(service)) return <Banner kind="warning">{t('connecting.failed')}</Banner>;
  return null;
}

/** Who is turned away: everybody, or as far as one can tell the person who reads this. */
function AccessNotice() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const mine = useMaybeSession()?.address ?? '';
  const list = service.ipAccessList;
  const edit = (
    <LinkButton to="/organizations/$orgId/services/$serviceId/security" params={{ orgId: organizationId, serviceId: service.id }} hash="addresses">
      {t('connecting.openList')}
    </LinkButton>
  );
  if (list.length === 0) {
    return (
      <Banner kind="warning" title={t('connecting.closedTitle')} action={edit}>
        {t('connecting.closedText')}
      </Banner>
    );
  }
  // Ranges are the server's to judge: only a list of single addresses tells for sure.
  const sure = list.every(({ source }) => !source.includes('/'));
  if (!mine || isOpen(list) || !sure || list.some(({ source }) => source === mine)) return null;
  return (
    <Banner kind="neutral" title={t('connecting.notMineTitle')} action={edit}>
      {t('connecting.notMineText', { address: mine })}
    </Banner>
  );
}
