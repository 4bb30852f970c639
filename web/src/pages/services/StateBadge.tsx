import { useTranslation } from 'react-i18next';

import { Badge, Hint } from '@/ui';

import type { Service, ServiceState } from './service';

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
    <Hint text={stateMessage || t(`stateHints.${state}`)}>
      <Badge state={colours[state]}>{t(`states.${state}`)}</Badge>
    </Hint>
  );
}
