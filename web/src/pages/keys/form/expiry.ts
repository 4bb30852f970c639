export const expiryDays = [1, 7, 30, 90, 365] as const;

/** `keep`: only of a key that is there already; `date`: until the end of a day. */
export type ExpiryChoice = 'keep' | `${(typeof expiryDays)[number]}` | 'date' | 'never';

/**
 * When the choice ends: an instant, null for never, undefined as long as no valid
 * date is chosen. Days are those of the calendar here: a day later is the same
 * time, whatever the clocks do in between.
 */
export function endOf(choice: Exclude<ExpiryChoice, 'keep'>, date: string, now: Date): Date | null | undefined {
  if (choice === 'never') return null;
  if (choice === 'date') return endOfDay(date);
  const end = new Date(now);
  end.setDate(end.getDate() + Number(choice));
  return end;
}

/** The last second of a day, `YYYY-MM-DD`, in the person's time zone. */
export function endOfDay(date: string): Date | undefined {
  const [, year, month, day] = (/^(\d{4,6})-(\d\d)-(\d\d)$/.exec(date) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const end = new Date(2000, 0, 1, 23, 59, 59);
  end.setFullYear(year, month - 1, day);
  return end.getMonth() === month - 1 ? end : undefined;
}

/** A day as a date field writes it. */
export function dayOf(moment: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** RFC 3339, in whole seconds. */
export function instant(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, 'Z');
}
