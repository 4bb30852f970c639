import { useTranslation } from 'react-i18next';

import { Badge, Hint, VisuallyHidden } from '@/ui';

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

/** What the service does, in a word; what that means, or what is wrong with it, is a tooltip. */
export function StateBadge({ service: { state, stateMessage } }: { service: Service }) {
  const { t } = useTranslation('services');
  const wrong = Boolean(stateMessage);
  const colour = wrong && colours[state] !== 'danger' ? 'warning' : colours[state];
  return (
    <Hint text={stateMessage || t(`stateHints.${state}`)}>
      <Badge state={colour} {...(wrong && { icon: 'warning' })}>
        {t(`states.${state}`)}
      </Badge>
      {wrong && <VisuallyHidden> {t('withProblem')}</VisuallyHidden>}
    </Hint>
  );
}
