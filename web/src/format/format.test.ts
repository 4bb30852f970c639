import { expect, it } from 'vitest';

import { formatDate, formatList, formatNumber, formatRelative, formatSinceMinute } from '.';

const now = Date.parse('2026-11-22T12:00:00Z');
const minutes = (count: number) => new Date(now + count * 60_000);

it('tells times relative to now, and never promises more than is left', () => {
  expect(formatRelative(minutes(-5), 'en', now)).toBe('5 minutes ago');
  expect(formatRelative(minutes(3 * 24 * 60), 'en', now)).toBe('in 3 days');
  expect(formatRelative(minutes(36 * 60), 'en', now)).toBe('in 1 day');
  expect(formatRelative(minutes(-59.9), 'en', now)).toBe('59 minutes ago');
  expect(formatRelative(minutes(0.5), 'en', now)).toBeUndefined();
  expect(formatRelative(minutes(-5), 'zh-CN', now)).toBe('5分钟前');
});

it('counts what is known to the minute from its end: a use of the second before is just now, also when a minute begins', () => {
  const at = (second: number) => now + second * 1000;
  expect(formatSinceMinute(now, 'en', at(61))).toBeUndefined();
  expect(formatSinceMinute(now, 'en', at(5))).toBeUndefined();
  expect(formatSinceMinute(now, 'en', at(120))).toBe('1 minute ago');
  expect(formatSinceMinute(now, 'en', at(6 * 60))).toBe('5 minutes ago');
});

it('writes dates, numbers and lists as the language does', () => {
  expect(formatDate('2026-11-22T12:00:00Z', 'en')).toBe('Nov 22, 2026');
  expect(formatDate('nonsense', 'en')).toBe('nonsense');
  expect(formatNumber(1234, 'en')).toBe('1,234');
  expect(formatList(['Sat', 'Sun'], 'en')).toBe('Sat, Sun');
  expect(formatList(['周六', '周日'], 'zh-CN')).toBe('周六、周日');
});
