import { expect, it } from 'vitest';

import { describe as blocksOf, firstSentence, plainText } from './describe';

// Words of ClickHouse, as the API tells them: in one line, cut off after 500 characters.
const list = "Sets what happens: - `throw`: throw an exception - `break`: stop - with a [partial](../../sql.md) result";
const nested = "Possible values: - 'file' (default): a file - 'query': a query. These hold: - it returns one value.";

it('leaves no marks of Markdown in what is read', () => {
  const paragraph = (text: string) => [{ kind: 'paragraph', pieces: [{ kind: 'text', text }] }];
  expect(blocksOf('Only `SELECT` of [`t`](#t) and [tables](/engines/table.md/).')).toEqual([
    {
      kind: 'paragraph',
      pieces: [
        { kind: 'text', text: 'Only ' }, { kind: 'code', text: 'SELECT' }, { kind: 'text', text: ' of ' }, { kind: 'code', text: 't' },
        { kind: 'text', text: ' and ' }, { kind: 'text', text: 'tables' }, { kind: 'text', text: '.' },
      ],
    },
  ]);
  expect(blocksOf(':::note Not applicable. :::')).toEqual(paragraph('Not applicable.'));
  expect(plainText('For Replicated\\* tables, with tabs (\\t).')).toBe('For Replicated* tables, with tabs (\\t).');
  expect(blocksOf("Quote names with '`' characters")).toEqual(paragraph("Quote names with '`' characters"));
});

it('follows links out of the documentation to http and https only', () => {
  const links = (text: string) => blocksOf(text).flatMap((block) => (block.kind === 'paragraph' ? block.pieces : [])).filter(({ kind }) => kind === 'link');
  expect(links('See [RE2](https://github.com/google/re2).')).toEqual([{ kind: 'link', text: 'RE2', href: 'https://github.com/google/re2' }]);
  expect(links('See [a](javascript:alert) [b](data:text/html,x) [c](//example.com) [d](../d.md).')).toEqual([]);
});

it('finds the lists again, and tells their dashes from those in a sentence', () => {
  const items = (text: string) => blocksOf(text).flatMap((block) => (block.kind === 'list' ? block.items.map((pieces) => pieces.map((piece) => piece.text).join('')) : []));
  expect(items(list)).toEqual(['throw: throw an exception', 'break: stop - with a partial result']);
  expect(items(nested)).toEqual(["'file' (default): a file", "'query': a query. These hold: - it returns one value."]);
  expect(items('- Type: seconds - Default value: 60 seconds')).toEqual(['Type: seconds', 'Default value: 60 seconds']);
  expect(items('Rates: * 6 bits - 10% * 41 bits - 0.001%')).toEqual(['6 bits - 10%', '41 bits - 0.001%']);
  expect(items('Zero means `auto` - the best step is deduced. 0 - disabled, 1 - enabled')).toEqual([]);
});

it('tells the first sentence', () => {
  expect(firstSentence('Allow `ALTER TABLE ... DROP [PART]`, e.g. `p`. Experimental.')).toBe('Allow ALTER TABLE ... DROP [PART], e.g. p.');
  expect(firstSentence('How many? 0 is all of them.')).toBe('How many?');
  expect(firstSentence(list)).toBe('Sets what happens');
  expect(firstSentence('- Type: seconds - Default value: 60 seconds')).toBe('Type: seconds · Default value: 60 seconds');
  expect(firstSentence('')).toBe('');
});

it('ends what was cut off with a whole word, says so, and never ends within a mark', () => {
  const long = (end: string) => 'word '.repeat(200).slice(0, 500 - end.length) + end;
  expect(plainText(long(' and the sele'))).toMatch(/ and the …$/);
  expect(plainText(long(' and `row_num'))).toMatch(/ and …$/);
  expect(plainText(long(' and [the link](/operations/se'))).toMatch(/ and …$/);
  expect(plainText(long(' is whole.'))).toMatch(/ is whole\.$/);
  expect(plainText('Not in the following tables:')).toBe('Not in the following tables: …'); // which are its next paragraph
  expect(firstSentence('Not in the following tables:')).toBe('Not in the following tables');
});
