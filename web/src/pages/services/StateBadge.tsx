import { useTranslation } from 'react-i18next';

import { Badge, Tooltip } from '@/ui';

import type { Service, ServiceState } from './service';
import styles from './services.module.css';

const colours: Record<ServiceState, 'success' | 'neutral' | 'info' | 'warning' | 'danger'> = {
  provisioning: 'info',
  starting: 'info',
  running: 'success',
  partially_running: 'warning',
  degraded: 'warning',
  idle: 'neutral',
  awaking: 'info',
  stopping: 'info',
  stopped: 'neutral',
  terminating: 'info',
  terminated: 'neutral',
  softdeleting: 'info',
  softdeleted: 'neutral',
  failed: 'danger',
};

/** What the service does, in a word; what that means is a tooltip. */
export function StateBadge({ service: { state, stateMessage } }: { service: Service }) {
  const { t } = useTranslation('services');
  return (
    <Tooltip text={stateMessage || t(`stateHints.${state}`)} openOnClick>
      <button type="button" className={styles.state}>
        <Badge state={colours[state]}>{t(`states.${state}`)}</Badge>
      </button>
    </Tooltip>
  );
}
