import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Schema } from '@/api';
import { someRole } from '@/pages/roles/testRoles';
import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import '.'; // here already when the router asks for it
import { filtered, rowsOf, type Decision } from './rows';

const keyId = '8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20';
const base = `/v1/organizations/${organizationId}`;
const organization = `organization/${organizationId}`;
const service = `instance/${keyId}`;
const admin = signedIn('control-plane:organization:manage', 'control-plane:organization:view-api-keys');
const analysts = someRole();
const by = (policy: number, allowDeny: 'ALLOW' | 'DENY') => ({ roleId: analysts.id, roleName: 'Analysts', roleType: 'custom' as const, policyId: `policy-${policy}`, allowDeny });
const about = { method: 'GET', tag: 'OpenAPI', permissions: [] };

const access: Schema<'EffectiveAccess'> = {
  actor: `apiKey/${keyId}`,
  resources: [organization, 'instance/*', service],
  permissions: [
    { permission: 'control-plane:organization:view-api-keys', resource: organization, decision: 'ALLOW', decidedBy: by(2, 'ALLOW') },
    { permission: 'control-plane:service:manage', resource: 'instance/*', decision: 'DENY' },
    { permission: 'control-plane:service:manage', resource: service, decision: 'ALLOW', decidedBy: by(3, 'ALLOW') },
    { permission: 'control-plane:service:delete', resource: 'instance/*', decision: 'DENY', decidedBy: by(1, 'DENY') },
    { permission: 'control-plane:service:delete', resource: service, decision: 'DENY', decidedBy: by(1, 'DENY') },
  ],
  operations: [
    { ...about, operationId: 'openapiKeyGetList', path: '/v1/organizations/{organizationId}/keys', summary: 'List keys', resource: organization, decision: 'ALLOW', decidedBy: by(2, 'ALLOW') },
    { ...about, operationId: 'openapiKeyDelete', path: '/v1/organizations/{organizationId}/keys/{keyId}', summary: 'Delete a key', resource: organization, decision: 'DENY' },
    { ...about, tag: 'Organization', operationId: 'organizationGetList', path: '/v1/organizations', summary: 'List organizations', resource: organization, decision: 'ALLOW' },
  ],
  sqlConsole: [
    { resource: 'instance/*', grants: [] },
    { resource: service, roleV2: 'sql-console-readonly', grants: ['GRANT SELECT ON logs.*'] },
  ],
};

const known = {
  [`GET ${base}/keys/${keyId}/effectiveAccess`]: { result: access },
  [`GET ${base}/keys/${keyId}`]: { result: { id: keyId, name: 'grafana' } },
  [`GET ${base}/roles`]: { result: [analysts] },
};

it('tells of each operation whether it is allowed, where, and which policy decided', async () => {
  answers(known);
  const { user } = renderPage(`/organizations/${organizationId}/keys/${keyId}/access`, admin);
  expect(await screen.findByRole('heading', { name: 'What grafana may do' })).toBeVisible();
  const keys = within(await screen.findByRole('table', { name: 'API keys' }));
  await within(keys.getByRole('row', { name: /^List keys/ })).findByText('by the role Analysts, policy 3');
  expect(keys.getByRole('row', { name: /^List keys/ })).toHaveTextContent('Allowed');
  expect(keys.getByRole('row', { name: /^Delete a key/ })).toHaveTextContent('Refusedno role allows it');
  expect(screen.getByRole('row', { name: /^List organizations/ })).toHaveTextContent('Allowedneeds no permission');

  const services = within(screen.getByRole('table', { name: 'Services' }));
  expect(services.getByRole('row', { name: /^Change settings/ })).toHaveTextContent(/RefusedAll services no role allows it.*AllowedService 8c2f5b0e by the role Analysts, policy 4/);
  const deleted = services.getByRole('row', { name: /^Delete the service/ });
  expect(deleted).toHaveTextContent('All services denied by the role Analysts, policy 2');
  expect(deleted).not.toHaveTextContent('8c2f5b0e'); // as on every service
  expect(within(screen.getByRole('table', { name: 'SQL console' })).getByRole('row', { name: /^Service 8c2f5b0e/ })).toHaveTextContent('Read onlyGRANT SELECT ON logs.*');

  await user.type(screen.getByRole('searchbox'), 'keys list');
  expect(screen.getByRole('row', { name: /^List keys/ })).toBeVisible();
  expect(screen.queryByRole('row', { name: /^Delete a key/ })).toBeNull();
  await user.click(screen.getByRole('combobox', { name: /^Decision/ }));
  await user.click(await screen.findByRole('option', { name: 'Refused' }));
  expect(screen.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear filter' }));
  expect(screen.getByRole('row', { name: /^Delete a key/ })).toBeVisible();
});

it.each([
  [403, 'FORBIDDEN: You may not', 'You may not see this'],
  [404, 'NOT_FOUND: There is no such person', 'This person is not in the organization'],
  [500, 'INTERNAL: Something is broken', 'The access could not be loaded'],
])('says why there is nothing to see (%i)', async (status, error, title) => {
  answers({ [`GET ${base}/members/${keyId}/effectiveAccess`]: () => failure(status, error) });
  renderPage(`/organizations/${organizationId}/users/access/${keyId}`, admin);
  expect(await screen.findByRole('heading', { name: title })).toBeVisible();
});

it('leaves out no decision that differs from that on every service', () => {
  const decisions: Decision[] = [
    { resource: 'instance/*', decision: 'ALLOW', decidedBy: by(0, 'ALLOW') },
    { resource: 'instance/same', decision: 'ALLOW', decidedBy: by(0, 'ALLOW') },
    { resource: 'instance/other', decision: 'ALLOW', decidedBy: by(1, 'ALLOW') },
    { resource: 'instance/denied', decision: 'DENY', decidedBy: by(2, 'DENY') },
  ];
  const [row] = rowsOf(decisions, () => 'one');
  expect(row?.decisions.map(({ resource }) => resource)).toEqual(['instance/*', 'instance/other', 'instance/denied']);
  expect(filtered(decisions, { text: '', decision: 'DENY' }, () => [])).toHaveLength(1);
});
