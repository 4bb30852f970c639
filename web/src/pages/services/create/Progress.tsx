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

/** How far a new service has come. */
export function Progress({ service, gone, begun, heard }: Props) {
  const { t } = useTranslation('services');
  const { number } = useFormat();
  const failed = service.state === 'failed' || gone;
  const ready = !failed && !isPassing(service) && service.state !== 'degraded';
  const [readyAt, setReadyAt] = useState<number>();
  if (ready && readyAt === undefined) setReadyAt(heard);
  const seconds = readyAt === undefined ? undefined : Math.max(0.1, Math.round((readyAt - begun) / 100) / 10);
  const last = failed ? t(gone ? 'made.gone' : 'made.failed') : seconds === undefined ? t('made.ready') : t('made.readyIn', { seconds: number(seconds) });
  const steps = [
    { text: t('made.saved'), done: true },
    { text: t('made.starts'), done: ready },
    { text: last, done: ready },
  ];
  const current = steps.findIndex(({ done }) => !done);
  return (
    <>
      <ol className={styles.steps} aria-live="polite">
        {steps.map(({ text, done }, index) => {
          const broken = failed && index === steps.length - 1;
          return (
            <li key={index} className={styles.step} {...(index === current && !failed && { 'aria-current': 'step' })} data-done={done || undefined} data-failed={broken || undefined}>
              <span className={styles.mark}>
                {done ? <Icon name="check" size={14} /> : broken ? <Icon name="cross" size={14} /> : index === current && !failed ? <Spinner size={14} /> : <span className={styles.dot} />}
              </span>
              {text}
            </li>
          );
        })}
      </ol>
      {service.stateMessage && <Banner kind={failed ? 'danger' : 'warning'}>{service.stateMessage}</Banner>}
    </>
  );
}
