/** The days in the order of a week that begins on Monday; 0 is Sunday, as in the API. */
export const weekdays = [1, 2, 3, 4, 5, 6, 0] as const;

/** A day's name in the language: "Mon". */
export function dayName(weekday: number, locale: string, length: 'short' | 'long' = 'short'): string {
  return new Intl.DateTimeFormat(locale, { weekday: length, timeZone: 'UTC' }).format(sunday + weekday * dayLength);
}

/** An hour of the day, 0 to 24: "09:00". */
export function hourText(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** The same in the person's time zone, as it is today: "10:00". */
export function localHour(hourUtc: number, locale: string, now = new Date()): string {
  const moment = new Date(now);
  moment.setUTCHours(hourUtc, 0, 0, 0);
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(moment);
}

/** The next time when the hour of the day comes, in UTC. */
export function nextTime(weekday: number, hourUtc: number, now = new Date()): Date {
  const moment = new Date(now);
  moment.setUTCHours(hourUtc, 0, 0, 0);
  moment.setUTCDate(moment.getUTCDate() + ((weekday - moment.getUTCDay() + 7) % 7));
  if (moment <= now) moment.setUTCDate(moment.getUTCDate() + 7);
  return moment;
}

/** Whether hours here are the same as in UTC, today. */
export function isUtcHere(now = new Date()): boolean {
  return now.getTimezoneOffset() === 0;
}

const dayLength = 24 * 60 * 60 * 1000;
const sunday = Date.UTC(2026, 10, 22);
