import { expect, it } from 'vitest';

import { statusOf } from './status';
import { someKey } from './testKeys';

const now = Date.parse('2026-11-22T12:00:00Z');

it.each([
  ['works for ever', { expireAt: null }, 'enabled'],
  ['has more than a week left', { expireAt: '2026-11-29T12:00:01Z' }, 'enabled'],
  ['has a week left', { expireAt: '2026-11-29T12:00:00Z' }, 'expiresSoon'],
  ['expires this instant', { expireAt: '2026-11-22T12:00:00Z' }, 'expired'],
  ['is disabled', { expireAt: null, state: 'disabled' }, 'disabled'],
  ['is disabled and has expired', { expireAt: '2026-01-01T00:00:00Z', state: 'disabled' }, 'disabled'],
] as const)('a key that %s', (_, key, status) => {
  expect(statusOf(someKey(key), now)).toBe(status);
});
