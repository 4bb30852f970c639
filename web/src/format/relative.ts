const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const steps: [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [hour, minute, 'minute'],
  [day, hour, 'hour'],
  [30 * day, day, 'day'],
  [365 * day, 30 * day, 'month'],
  [Infinity, 365 * day, 'year'],
];

/** Making one takes as long as formatting a hundred times. */
const formats = new Map<string, Intl.RelativeTimeFormat>();

/**
 * Such as "5 minutes ago" or "in 3 days"; undefined within a minute, for which
 * the caller has words of its own. Rounds towards zero: what has 36 hours left
 * is "in 1 day", never "in 2 days".
 */
export function formatRelative(moment: string | number | Date, locale: string, now = Date.now()): string | undefined {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  const distance = Math.abs(seconds);
  const step = steps.find(([limit]) => distance < limit);
  if (distance < minute || !step) return undefined;
  const [, size, unit] = step;
  const format = formats.get(locale) ?? new Intl.RelativeTimeFormat(locale);
  formats.set(locale, format);
  return format.format(Math.trunc(seconds / size), unit);
}

/**
 * formatRelative for what is known to the minute only: counted from the end of the
 * minute, so that it never says that more time has passed than has.
 */
export function formatSinceMinute(minuteOf: string | number | Date, locale: string, now?: number): string | undefined {
  return formatRelative(new Date(minuteOf).getTime() + minute * 1000, locale, now);
}
