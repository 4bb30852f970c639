type Moment = string | number | Date;

/** Such as "Nov 22, 2026". */
export function formatDate(moment: Moment, locale: string): string {
  return format(moment, locale, { dateStyle: 'medium' });
}

/** Such as "Nov 22, 2026, 11:50 PM". */
export function formatDateTime(moment: Moment, locale: string): string {
  return format(moment, locale, { dateStyle: 'medium', timeStyle: 'short' });
}

/** With the time zone, for what is meant to the minute: "Nov 22, 2026, 11:50 PM GMT+1". */
export function formatZonedTime(moment: Moment, locale: string): string {
  return format(moment, locale, {
    year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short',
  });
}

/** With seconds and the time zone, for where it matters which one is meant. */
export function formatExactTime(moment: Moment, locale: string): string {
  return format(moment, locale, {
    year: 'numeric', month: 'short', day: 'numeric',
    hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(moment: Moment, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? String(moment) : known.format(date);
}
