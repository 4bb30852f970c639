import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { AreaChart } from './AreaChart';
import type { Chart, Point } from './charts';
import styles from './metrics.module.css';
import { useValueWords } from './useValueWords';

type Props = { chart: Chart; points: readonly Point[]; waiting: boolean };

const units: Partial<Record<Chart, 'queriesUnit' | 'insertedUnit' | 'mergesUnit'>> = { queries: 'queriesUnit', inserted: 'insertedUnit', merges: 'mergesUnit' };

export function ChartCard({ chart, points, waiting }: Props) {
  const { t } = useTranslation('services');
  const words = useValueWords();
  const id = useId();
  const [pointed, setPointed] = useState<Point>();
  const last = points.at(-1);
  const shown = pointed ?? last;
  const unit = units[chart];
  const name = t(`metrics.${chart}`);
  const values = points.map(({ value }) => value);
  const summary =
    last && points[0]
      ? t('metrics.chart', {
          name: unit ? t('withUnit', { name, unit: t(`metrics.${unit}`) }) : name,
          value: words.value(chart, last.value),
          least: words.value(chart, Math.min(...values)),
          most: words.value(chart, Math.max(...values)),
          time: words.time(points[0].at),
        })
      : undefined;
  return (
    <section aria-labelledby={id} className={styles.card}>
      <div className={styles.head}>
        <h2 id={id} className={styles.name}>
          {name} {unit && <span className={styles.unit}>{t(`metrics.${unit}`)}</span>}
        </h2>
        <p className={styles.value}>{shown ? words.value(chart, shown.value) : '–'}</p>
        {pointed && <p className={styles.at}>{words.time(pointed.at)}</p>}
      </div>
      {points.length > 1 ? (
        <AreaChart base={chart === 'memory' || chart === 'disk' ? 1024 : 1000} label={summary ?? name} points={points} format={(value) => words.value(chart, value)} time={words.time} onPoint={setPointed} />
      ) : (
        <p className={styles.empty}>{t(waiting || points.length === 1 ? 'metrics.waiting' : 'metrics.noValue')}</p>
      )}
    </section>
  );
}
