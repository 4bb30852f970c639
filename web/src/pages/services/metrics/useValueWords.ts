import { useTranslation } from 'react-i18next';

import type { Chart } from './charts';

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** The values of the charts, as short as they can be read. */
export function useValueWords() {
  const { i18n } = useTranslation();
  const locale = i18n.language;
  const number = (value: number) =>
    new Intl.NumberFormat(locale, { notation: value >= 10_000 ? 'compact' : 'standard', maximumFractionDigits: value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2 }).format(value);
  return {
    value: (chart: Chart, value: number): string => (chart === 'memory' || chart === 'disk' ? bytes(value, locale) : number(value)),
    time: (at: number): string => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at),
  };
}

function bytes(value: number, locale: string): string {
  const step = Math.min(sizes.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  const scaled = value / 1024 ** step;
  return new Intl.NumberFormat(locale, { style: 'unit', unit: sizes[step] ?? 'byte', unitDisplay: 'short', maximumFractionDigits: scaled >= 100 || step === 0 ? 0 : 1 }).format(scaled);
}
