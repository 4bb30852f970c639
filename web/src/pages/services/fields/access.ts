import { isEverywhere, type Address } from '@/addresses';

import type { Service } from '../service';

/** Who may connect, as it stands in a form. */
export type Access = { access: 'specific' | 'anywhere'; addresses: Address[] };

type Entries = Service['ipAccessList'];

export function accessOf(list: Entries): Access {
  if (isOpen(list)) return { access: 'anywhere', addresses: [] };
  return { access: 'specific', addresses: list.map(({ source, description = '' }) => ({ source, description })) };
}

export function entriesOf({ access, addresses }: Access): Entries {
  if (access === 'anywhere') return [{ source: '0.0.0.0/0', description: 'Anywhere' }];
  return addresses.map(({ source, description }) => ({ source: source.trim(), ...(description.trim() && { description: description.trim() }) }));
}

/** Whether every address may connect. */
export function isOpen(list: Entries): boolean {
  return list.some(({ source }) => isEverywhere(source));
}
