import { expect, it } from 'vitest';

import { answers } from '@/test/answers';

import { withLimitedRole } from './limitedRole';
import { newKeyValues, type KeyValues } from './values';

const organization = '5f1c9a4e-1fd3-4b0e-9b6a-0d9f1f3f2b11';
const path = `/v1/organizations/${organization}/roles`;
const services = [{ id: 'a', name: 'orders' }, { id: 'b', name: 'web logs' }];
const reader = {
  id: 'reader', name: 'Service reader', type: 'system',
  policies: [
    { id: 'p', allowDeny: 'ALLOW', permissions: ['control-plane:service:view', 'control-plane:service:view-backups'], resources: ['instance/*'] },
    { id: 'q', allowDeny: 'ALLOW', permissions: ['control-plane:organization:view'], resources: [`organization/${organization}`] },
  ],
};
const wanted: KeyValues = { ...newKeyValues, serviceRole: 'Service reader', scope: 'specific', services: ['b'] };

it('makes a custom role of what a service role allows, for the chosen services alone', async () => {
  const taken = { id: 'taken', name: 'Service reader: web logs', type: 'custom', policies: [] };
  const asked = answers({ [`GET ${path}`]: { result: [reader, taken] }, [`POST ${path}`]: { result: { id: 'made' } } });
  expect(await withLimitedRole(organization, wanted, services)).toEqual({ ...wanted, serviceRole: 'none', otherRoles: ['made'] });
  expect(await asked.at(-1)?.json()).toEqual({
    name: 'Service reader: web logs (2)',
    actors: [],
    policies: [{ allowDeny: 'ALLOW', permissions: ['control-plane:service:view', 'control-plane:service:view-backups'], resources: ['instance/b'] }],
  });
});

it('takes a custom role that says the same already', async () => {
  const policies = [{ id: 'r', allowDeny: 'ALLOW', permissions: ['control-plane:service:view-backups', 'control-plane:service:view'], resources: ['instance/b'] }];
  const asked = answers({ [`GET ${path}`]: { result: [reader, { id: 'same', name: 'Readers of the logs', type: 'custom', policies }] } });
  expect((await withLimitedRole(organization, wanted, services)).otherRoles).toEqual(['same']);
  expect(asked.map(({ method }) => method)).toEqual(['GET']);
});

it('leaves a service role for all services as it is', async () => {
  const asked = answers({});
  const all: KeyValues = { ...wanted, scope: 'all' };
  expect(await withLimitedRole(organization, all, services)).toBe(all);
  expect(asked).toEqual([]);
});
