import { expect, it } from 'vitest';

import { addressesIn, isAddress } from './addresses';

it('finds the addresses in what people paste, each once', () => {
  expect(addressesIn('ada@example.com, grace@example.com;ADA@example.com\n\n  alan@example.com barbara@example.com，lin@example.com、')).toEqual([
    'ada@example.com', 'grace@example.com', 'alan@example.com', 'barbara@example.com', 'lin@example.com',
  ]);
  expect(addressesIn('Ada Lovelace <ada@example.com>, "Hopper, Grace" <grace@example.com>\n林晓 <lin@example.com>; <Alan@example.com>')).toEqual([
    'ada@example.com', 'grace@example.com', 'lin@example.com', 'alan@example.com',
  ]);
  expect(addressesIn(' ,;\n')).toEqual([]);
});

it('keeps what is no address, to say so', () => {
  expect(addressesIn('ada@example.com, grace')).toEqual(['ada@example.com', 'grace']);
});

it.each(['grace', 'grace@', '@example.com', 'a@b@c', 'a..b@example.com', 'a@example.com.', `${'x'.repeat(250)}@example.com`])('knows that %j is none', (text) => {
  expect(isAddress(text)).toBe(false);
});

it.each(['ada@example.com', 'ada+team@mail.example.com', 'ada@localhost', '林晓@example.com'])('lets %j pass', (text) => {
  expect(isAddress(text)).toBe(true);
});
