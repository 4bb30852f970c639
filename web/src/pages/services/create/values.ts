import type { TFunction } from 'i18next';

import type { Schema } from '@/api';
import { checkAddresses, isSource } from '@/addresses';
import { z } from '@/zod';

import { checkSize, checkTags, entriesOf, scalingOf, sizeShape, tagsOf, type Access, type Size, type Tag } from '../fields';
import { serviceName } from '../name';
import { lastPlace, type Place } from '../regions';

/** What stands in the form. */
export type NewServiceValues = { name: string; tags: Tag[] } & Place & Size & Access;

/** `address`: where the person is, who wants to connect before anybody else does. */
export function newServiceValues(places: readonly Place[], address: string, addressName: string): NewServiceValues {
  return {
    name: '',
    ...lastPlace(places),
    minMemory: '8',
    maxMemory: '16',
    minReplicas: '1',
    maxReplicas: '1',
    idle: true,
    idleMinutes: '15',
    access: 'specific',
    addresses: isSource(address) ? [{ source: address, description: addressName }] : [],
    tags: [],
  };
}

export function newServiceSchema(t: TFunction<'services'>, addressWords: TFunction<'addresses'>) {
  return z
    .object({
      name: serviceName(t),
      provider: z.custom<Place['provider']>(),
      region: z.custom<Place['region']>(),
      ...sizeShape,
      access: z.enum(['specific', 'anywhere']),
      addresses: z.array(z.object({ source: z.string(), description: z.string() })),
      tags: z.array(z.object({ key: z.string(), value: z.string() })),
    })
    .check(({ value, issues }) => {
      const report = (path: (string | number)[], message: string) => issues.push({ code: 'custom', input: value, path, message });
      checkSize(value, 'vertical', t, report);
      if (value.access === 'specific') checkAddresses(value.addresses, addressWords, report);
      checkTags(value.tags, t, report);
    });
}

export function requestOf(values: NewServiceValues): Schema<'ServicePostRequest'> {
  const { name, provider, region, tags } = values;
  return {
    name,
    provider,
    region,
    ...scalingOf(values, 'vertical'),
    ipAccessList: entriesOf(values),
    ...(tags.length > 0 && { tags: tagsOf(tags) }),
  };
}

/** The form's names of the fields that the API's errors name. */
export const fieldNames = {
  minReplicaMemoryGb: 'minMemory',
  maxReplicaMemoryGb: 'maxMemory',
  numReplicas: 'minReplicas',
  idleTimeoutMinutes: 'idleMinutes',
  ipAccessList: 'access',
} as const;
