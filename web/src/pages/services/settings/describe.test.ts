import { expect, it } from 'vitest';

import { describe as blocksOf, firstSentence, plainText, type Block } from './describe';

// Words of ClickHouse, as the API tells them.
const list = 'Sets what happens\nwhen it fails:\n- `throw`: throw an exception\n- `break`: stop - with a [partial](../../sql.md) result';
const typed = '- Type: seconds\n- Default value: 60 seconds\n\nHow fast errors are zeroed. If so, soon.';

/** Lists of texts are lists: what a block looks like without its marks. */
type Shape = string | Shape[];
const shape = (text: string) => blocksOf(text).map(shapeOf);
const shapeOf = (block: Block): Shape => (block.kind === 'list' ? block.items.map((item) => item.map(shapeOf)) : block.pieces.map((piece) => piece.text).join(''));
const links = (text: string) => blocksOf(text).flatMap((block) => (block.kind === 'paragraph' ? block.pieces : [])).filter(({ kind }) => kind === 'link');

it('leaves no marks of Markdown in what is read', () => {
  expect(blocksOf('Only `SELECT` of [`t`](#t) and\n[tables](/engines/table.md/).')).toEqual([
    {
      kind: 'paragraph',
      pieces: [
        { kind: 'text', text: 'Only ' }, { kind: 'code', text: 'SELECT' }, { kind: 'text', text: ' of ' }, { kind: 'code', text: 't' },
        { kind: 'text', text: ' and ' }, { kind: 'text', text: 'tables' }, { kind: 'text', text: '.' },
      ],
    },
  ]);
  expect(plainText('For Replicated\\* tables, with tabs (\\t).')).toBe('For Replicated* tables, with tabs (\\t).');
  expect(plainText('**Note**: see ``a ` b``.')).toBe('Note: see a ` b.');
});

it('shows as it was written what is no mark that we know', () => {
  for (const text of [
    "Quote names with '`' characters", 'ORDER BY <column> and <b onclick="x()">', '<script>alert(1)</script>', 'From Replicated*MergeTree to Shared*MergeTree.',
    '0 - off. 1 - on', '# 1', '> 0', '| a | b |', '![a](https://example.com/a.png)', 'AT&amp;T, a_b_c, *MergeTree',
  ]) {
    expect(shape(text)).toEqual([text]);
  }
});

it('follows links out of the documentation to http and https only', () => {
  expect(links('See [`RE2`](https://github.com/google/re2).')).toEqual([{ kind: 'link', text: 'RE2', href: 'https://github.com/google/re2' }]);
  expect(links('See [a](javascript:alert) [b](data:text/html,x) [c](//example.com) [d](../d.md) [e]( \u0001javascript:x).')).toEqual([]);
});

it('tells lists from dashes in a sentence', () => {
  expect(shape(list)).toEqual(['Sets what happens when it fails:', [['throw: throw an exception'], ['break: stop - with a partial result']]]);
  expect(shape('Rates:\n*  6   bits - 10%\n* 41   bits -  0.001%')).toEqual(['Rates:', [['6 bits - 10%'], ['41 bits - 0.001%']]]);
  expect(shape('In these:\n\n- `a`\n\n- `b`, as if the\n  data ran out.')).toEqual(['In these:', [['a'], ['b, as if the data ran out.']]]);
  expect(shape('- a\n  - deeper\n- b')).toEqual([[['a', [['deeper']]], ['b']]]);
  expect(shape('Zero means `auto` - the best step is deduced.\n0 - disabled, 1 - enabled')).toEqual(['Zero means auto - the best step is deduced. 0 - disabled, 1 - enabled']);
  expect(blocksOf('It will\n1. scan').map((block) => block.kind === 'list' && block.first)).toEqual([false, 1]);
});

it('tells all of it in one line', () => {
  expect(plainText(list)).toBe('Sets what happens when it fails: throw: throw an exception · break: stop - with a partial result');
  expect(plainText(typed)).toBe('Type: seconds · Default value: 60 seconds · How fast errors are zeroed. If so, soon.');
});

it('tells the first sentence', () => {
  expect(firstSentence('Allow `ALTER TABLE ... DROP [PART]`, e.g. `p`. Experimental.')).toBe('Allow ALTER TABLE ... DROP [PART], e.g. p.');
  expect(firstSentence('How many? 0 is all of them.')).toBe('How many?');
  expect(firstSentence(list)).toBe('Sets what happens when it fails');
  expect(firstSentence(typed)).toBe('How fast errors are zeroed.');
  expect(firstSentence('- Type: seconds\n- Default value: 60 seconds')).toBe('Type: seconds · Default value: 60 seconds');
  expect(firstSentence('Not in the following tables: …')).toBe('Not in the following tables');
  expect(firstSentence('It is long. …')).toBe('It is long.');
  expect(firstSentence('')).toBe('');
});
