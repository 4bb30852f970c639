/** A measurement: when, and what the server told. */
export type Scrape = { at: number; samples: ReadonlyMap<string, number> };

export type Point = { at: number; value: number };

export const charts = ['queries', 'inserted', 'memory', 'connections', 'merges', 'disk'] as const;
export type Chart = (typeof charts)[number];

/** What a chart is made of: counters, of which the growth per second is shown, or gauges. Where there are several, the first that is reported counts, or with `sum` all of them. */
const sources: Record<Chart, { kind: 'counter' | 'gauge'; names: readonly string[]; sum?: true }> = {
  queries: { kind: 'counter', names: ['ClickHouseProfileEvents_Query'] },
  inserted: { kind: 'counter', names: ['ClickHouseProfileEvents_InsertedRows'] },
  memory: { kind: 'gauge', names: ['ClickHouseAsyncMetrics_MemoryResident', 'ClickHouseMetrics_MemoryTracking'] },
  connections: { kind: 'gauge', names: ['ClickHouseMetrics_TCPConnection', 'ClickHouseMetrics_HTTPConnection'], sum: true },
  merges: { kind: 'gauge', names: ['ClickHouseMetrics_Merge'] },
  disk: { kind: 'gauge', names: ['ClickHouseAsyncMetrics_TotalBytesOfMergeTreeTables', 'ClickHouseAsyncMetrics_DiskUsed_default'] },
};

/** The points of a chart; none when the server does not report what it is made of. */
export function pointsOf(chart: Chart, scrapes: readonly Scrape[]): Point[] {
  const { kind } = sources[chart];
  const values = scrapes.flatMap(({ at, samples }) => {
    const value = valueOf(chart, samples);
    return value === undefined ? [] : [{ at, value }];
  });
  return kind === 'gauge' ? values : rates(values);
}

function valueOf(chart: Chart, samples: ReadonlyMap<string, number>): number | undefined {
  const { kind, names, sum } = sources[chart];
  const known = names.flatMap((name) => samples.get(name) ?? []);
  // Of what has not happened since its start, ClickHouse has no counter.
  if (kind === 'counter' && known.length === 0 && [...samples.keys()].some((name) => name.startsWith('ClickHouseProfileEvents_'))) return 0;
  return sum && known.length > 0 ? known.reduce((total, value) => total + value, 0) : known[0];
}

/** A counter that is less than before has begun anew: the server was restarted. */
function rates(values: readonly Point[]): Point[] {
  return values.slice(1).flatMap(({ at, value }, index) => {
    const before = values[index];
    if (!before || at <= before.at || value < before.value) return [];
    return [{ at, value: ((value - before.value) * 1000) / (at - before.at) }];
  });
}
