import { useId, useState, type KeyboardEvent, type PointerEvent } from 'react';

import type { Point } from './charts';
import styles from './metrics.module.css';

type Props = {
  /** What the axis is divided by: 1024 for bytes. */
  base: 1000 | 1024;
  /** All that the picture says, in a sentence. */
  label: string;
  /** Two at least, in the order of time. */
  points: readonly Point[];
  format: (value: number) => string;
  time: (at: number) => string;
  /** The point under the pointer, or chosen with the arrow keys. */
  onPoint: (point: Point | undefined) => void;
};

/** Of the drawing; it is stretched to the room there is. */
const width = 300;
const height = 90;

export function AreaChart({ base, label, points, format, time, onPoint }: Props) {
  const gradient = useId();
  const [marked, setMarked] = useState<number>();
  const first = points[0]?.at ?? 0;
  const span = Math.max(1, (points.at(-1)?.at ?? 0) - first);
  const top = niceTop(1.1 * Math.max(...points.map(({ value }) => value)), base);
  const x = ({ at }: Point) => ((at - first) / span) * width;
  const y = ({ value }: Point) => height - (Math.max(0, value) / top) * height;
  const line = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point).toFixed(1)} ${y(point).toFixed(1)}`).join('');
  const mark = (index: number | undefined) => {
    setMarked(index);
    onPoint(index === undefined ? undefined : points[index]);
  };
  const follow = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = first + ((event.clientX - box.left) / Math.max(1, box.width)) * span;
    mark(points.reduce((best, point, index) => (Math.abs(point.at - at) < Math.abs((points[best]?.at ?? 0) - at) ? index : best), 0));
  };
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    mark(Math.min(points.length - 1, Math.max(0, (marked ?? points.length - 1) + step)));
  };
  const point = marked === undefined ? undefined : points[marked];
  return (
    <div>
      <p aria-hidden className={styles.top}>
        {format(top)}
      </p>
      {/* It can be walked through with the arrow keys. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="img"
        aria-label={label}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles.plot}
        onPointerMove={follow}
        onPointerLeave={() => mark(undefined)}
        onKeyDown={walk}
        onBlur={() => mark(undefined)}
      >
        <svg aria-hidden viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className={styles.picture}>
          <defs>
            <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" className={styles.strong} />
              <stop offset="1" className={styles.weak} />
            </linearGradient>
          </defs>
          <line x1="0" x2={width} y1={height / 2} y2={height / 2} className={styles.grid} />
          <path d={`${line}L${width} ${height}L0 ${height}Z`} fill={`url(#${gradient})`} />
          <path d={line} className={styles.line} />
          {point && <line x1={x(point)} x2={x(point)} y1="0" y2={height} className={styles.cursor} />}
        </svg>
        {point && <span className={styles.dot} style={{ left: `${(x(point) / width) * 100}%`, top: `${(y(point) / height) * 100}%` }} />}
      </div>
      <p aria-hidden className={styles.times}>
        <span>{time(first)}</span>
        <span>{time(first + span)}</span>
      </p>
    </div>
  );
}

/** The next round number from the value on, so that the axis stays still while values move a little. */
function niceTop(most: number, base: number): number {
  if (most <= 0) return 1;
  const unit = base ** Math.floor(Math.log(most) / Math.log(base));
  const size = unit * 10 ** Math.floor(Math.log10(most / unit));
  return ([1, 2, 5, 10].find((step) => step * size >= most) ?? 10) * size;
}
