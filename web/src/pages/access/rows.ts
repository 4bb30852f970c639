import type { Schema } from '@/api';

export type Access = Schema<'EffectiveAccess'>;
export type Operation = Access['operations'][number];
export type PermissionOn = Access['permissions'][number];
export type Decision = Pick<PermissionOn, 'resource' | 'decision' | 'decidedBy'>;

export type Filter = { text: string; decision: 'all' | Decision['decision'] };

/** Those with this decision and with all words in their texts. */
export function filtered<Item extends Decision>(items: readonly Item[], { text, decision }: Filter, textsOf: (item: Item) => string[]): Item[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    if (decision !== 'all' && item.decision !== decision) return false;
    const texts = textsOf(item).join('\n').toLowerCase();
    return words.every((word) => texts.includes(word));
  });
}

/** One thing that may be done or not, with the decisions on all resources that there are. */
export type Row<Item> = { key: string; item: Item; decisions: Decision[] };

/** Decisions on the same thing, in one row, as the first of them stands. */
export function rowsOf<Item extends Decision>(items: readonly Item[], keyOf: (item: Item) => string): Row<Item>[] {
  const rows = new Map<string, Row<Item>>();
  for (const item of items) {
    const key = keyOf(item);
    const row = rows.get(key) ?? { key, item, decisions: [] };
    row.decisions.push(item);
    rows.set(key, row);
  }
  return [...rows.values()].map((row) => ({ ...row, decisions: withoutRepeats(row.decisions) }));
}

/** What a service shares with every service, by the same policy, need not be said again. */
function withoutRepeats(decisions: Decision[]): Decision[] {
  const every = decisions.find(({ resource }) => resource === 'instance/*');
  return decisions.filter((one) => one === every || one.decision !== every?.decision || one.decidedBy?.policyId !== every.decidedBy?.policyId);
}

/** Operations by their tag, in the order in which the tags come. */
export function byTag(operations: readonly Operation[]): [tag: string, operations: Operation[]][] {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) groups.set(operation.tag, [...(groups.get(operation.tag) ?? []), operation]);
  return [...groups];
}
