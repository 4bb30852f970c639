import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { Banner, Icon, Spinner } from '@/ui';

import { isPassing, type Service } from '../service';
import styles from './create.module.css';

type Props = {
  service: Service;
  gone: boolean;
  /** When it was asked for, and when this was heard of it, in milliseconds. */
  begun: number;
  heard: number;
};

type Step = { text: string; is: 'done' | 'running' | 'to come' | 'failed' };

/** How far a new service has come. */
export function Progress({ service, gone, begun, heard }: Props) {
  const { t } = useTranslation('services');
  const { number } = useFormat();
  const failed = service.state === 'failed' || gone;
  const [readyAt, setReadyAt] = useState<number>();
  if (readyAt === undefined && !failed && !isPassing(service) && service.state !== 'degraded') setReadyAt(heard);
  const created: Step = { text: t('made.saved'), is: 'done' };
  const steps: Step[] = failed
    ? [created, { text: t(gone ? 'made.gone' : 'made.failed'), is: 'failed' }]
    : readyAt === undefined
      ? [created, { text: t('made.starting'), is: 'running' }, { text: t('made.readySoon'), is: 'to come' }]
      : [created, { text: t('made.started'), is: 'done' }, { text: t('made.ready', { seconds: number(Math.max(0.1, Math.round((readyAt - begun) / 100) / 10)) }), is: 'done' }];
  return (
    <>
      <ol className={styles.steps} aria-live="polite">
        {steps.map(({ text, is }, index) => (
          <li key={index} className={styles.step} data-is={is} {...(is === 'running' && { 'aria-current': 'step' })}>
            <span className={styles.mark}>
              <Mark of={is} />
            </span>
            {text}
          </li>
        ))}
      </ol>
      {service.stateMessage && <Banner kind={failed ? 'danger' : 'warning'}>{service.stateMessage}</Banner>}
    </>
  );
}

function Mark({ of }: { of: Step['is'] }) {
  if (of === 'to come') return <span className={styles.dot} />;
  return of === 'running' ? <Spinner size={14} /> : <Icon name={of === 'done' ? 'check' : 'cross'} size={14} />;
}
