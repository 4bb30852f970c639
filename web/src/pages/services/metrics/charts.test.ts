import { expect, it } from 'vitest';

import { pointsOf } from './charts';
import { samplesOf } from './exposition';

const scrape = (at: number, text: string) => ({ at, samples: samplesOf(text) });

it('adds up the samples of a metric, whatever their labels', () => {
  const text = '# HELP m A metric.\n# TYPE m gauge\nm{host="a b"} 1\nm{host="c"} 2.5e1\nother NaN\n';
  expect([...samplesOf(text)]).toEqual([['m', 26]]);
});

it('makes rates of counters, and none across a restart', () => {
  const query = (value: number) => `ClickHouseProfileEvents_Query{a="b"} ${value}`;
  const scrapes = [scrape(0, query(100)), scrape(5_000, query(150)), scrape(10_000, query(5)), scrape(20_000, query(25))];
  expect(pointsOf('queries', scrapes)).toEqual([{ at: 5_000, value: 10 }, { at: 20_000, value: 2 }]);
});

it('takes a counter that ClickHouse does not have yet for zero, and a gauge that is missing for unknown', () => {
  const scrapes = [scrape(0, 'ClickHouseProfileEvents_Query 1'), scrape(5_000, 'ClickHouseProfileEvents_Query 2')];
  expect(pointsOf('inserted', scrapes)).toEqual([{ at: 5_000, value: 0 }]);
  expect(pointsOf('disk', scrapes)).toEqual([]);
});
