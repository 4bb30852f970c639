import { expect, it } from 'vitest';

import { csvLine } from './csv';

it('quotes every cell, whatever is in it', () => {
  expect(csvLine(['plain', 'a "quoted" one', 'with, comma', 'two\nlines', '生产环境', ''])).toBe('"plain","a ""quoted"" one","with, comma","two\nlines","生产环境",""\r\n');
});

it.each(['=HYPERLINK("https://evil.example")', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r1', '＝1', '＠x'])('keeps a spreadsheet from running %j', (cell) => {
  expect(csvLine([cell])).toBe(`"'${cell.replaceAll('"', '""')}"\r\n`);
});

it('leaves harmless text alone', () => {
  expect(csvLine(['a=b', '203.0.113.7', 'user-login', '2026-11-22T12:00:00Z'])).toBe('"a=b","203.0.113.7","user-login","2026-11-22T12:00:00Z"\r\n');
});
