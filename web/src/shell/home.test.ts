import { expect, it } from 'vitest';

import { homeIn } from './home';

const home = (permissions: string[], servicePermissions: Record<string, string[]> = {}) => homeIn({ id: 'o', name: 'Looms', roles: [], permissions, servicePermissions }).to;

it('leads everybody to a page that they may see, if there is one', () => {
  const view = 'control-plane:service:view';
  const ofServices = { 'instance/*': [], 'instance/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20': [view] };
  expect(home(['control-plane:organization:view', 'control-plane:organization:view-api-keys'], ofServices)).toBe('/organizations/$orgId/keys');
  expect(home(['control-plane:organization:view-activities'], ofServices)).toBe('/organizations/$orgId/audit');
  expect(home([], ofServices)).toBe('/organizations/$orgId/services');
  expect(home([], { 'instance/*': [view] })).toBe('/organizations/$orgId/services');
  expect(home([], { 'instance/*': ['control-plane:service:delete'] })).toBe('/organizations/$orgId/keys');
});
