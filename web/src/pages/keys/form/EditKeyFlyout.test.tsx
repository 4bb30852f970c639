import { screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';

import type { Schema } from '@/api';
import { answers, failure } from '@/test/answers';
import { organizationId } from '@/test/renderPage';

import { EditKeyFlyout } from '.';
import { keyId, keysPath, renderForm, roleIds, rolesAnswer } from './testForm';

type ApiKey = Schema<'ApiKey'>;

const rolesKey = `GET /v1/organizations/${organizationId}/roles`;
const patch = `PATCH ${keysPath}/${keyId}`;

function key(more: Partial<Omit<ApiKey, 'roles'>> = {}): ApiKey {
  const assigned = (roleName: keyof typeof roleIds) => ({ roleId: roleIds[roleName], roleName, roleType: 'system' as const });
  const old = { roles: [] }; // its old name is deprecated
  return {
    ...old,
    id: keyId,
    name: 'ci',
    state: 'enabled',
    assignedRoles: [assigned('Org API reader'), assigned('Service API reader'), assigned('Basic service API reader')],
    keySuffix: 'x7Qd',
    createdAt: '2026-11-01T12:00:00Z',
    expireAt: '2099-12-24T12:00:00Z',
    ipAccessList: [{ source: '10.0.0.0/8', description: 'office' }],
    createdBy: { actorType: 'user', actorDetails: 'ada@example.com' },
    ...more,
  };
}

async function openForm(edited: ApiKey) {
  function Page() {
    const [open, setOpen] = useState(true);
    return <EditKeyFlyout organizationId={organizationId} keyToEdit={edited} open={open} onClose={() => setOpen(false)} />;
  }
  const view = renderForm(Page);
  await screen.findByRole('textbox', { name: 'Name' });
  const save = () => view.user.click(screen.getByRole('button', { name: 'Save changes' }));
  const choose = async (field: RegExp, option: RegExp) => {
    await view.user.click(screen.getByRole('combobox', { name: field }));
    await view.user.click(await screen.findByRole('option', { name: option }));
  };
  return { ...view, save, choose };
}

async function sent(asked: Request[]): Promise<unknown> {
  await waitFor(() => expect(asked.some((request) => request.method === 'PATCH')).toBe(true));
  return asked.find((request) => request.method === 'PATCH')?.json();
}

it('sends the name alone when nothing else was changed', async () => {
  const asked = answers({ ...rolesAnswer, [patch]: { result: key() } });
  const { user, save } = await openForm(key());
  expect(screen.getByRole('combobox', { name: 'Expiration Keep as it is' })).toHaveAccessibleDescription(/^Expires on Dec 24, 2099/);
  await user.type(screen.getByRole('textbox', { name: 'Name' }), ' deploy');
  await save();
  expect(await sent(asked)).toEqual({ name: 'ci deploy' });
  expect(await screen.findByText('API key saved')).toBeVisible();
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('sends nothing when nothing was changed', async () => {
  const asked = answers(rolesAnswer);
  const { save } = await openForm(key());
  await save();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked.filter((request) => request.method === 'PATCH')).toEqual([]);
});

it('takes one of many roles away and leaves the others', async () => {
  const asked = answers({ ...rolesAnswer, [patch]: { result: key() } });
  const { user, save } = await openForm(key());
  await user.click(screen.getByRole('checkbox', { name: 'Basic service API reader' }));
  expect(screen.getByText(/^Can read the organization’s settings, API keys and audit log, and read the settings of all services/)).toBeVisible();
  await save();
  expect(await sent(asked)).toEqual({ assignedRoleIds: [roleIds['Org API reader'], roleIds['Service API reader']] });
});

it('gives a key a custom role beside its others, and says so', async () => {
  const onCall = '20000000-0000-4000-8000-000000000001';
  const policies = [{ allowDeny: 'ALLOW', permissions: ['control-plane:service:view-backups'], resources: ['instance/*'] }];
  const roles = Object.values(rolesAnswer).flatMap(({ result }) => result);
  const answer = { [rolesKey]: { result: [...roles, { id: onCall, name: 'On call', type: 'custom', policies, actors: [] }] } };
  const asked = answers({ ...answer, [patch]: { result: key() } });
  const { user, save } = await openForm(key());
  const box = await within(await screen.findByRole('group', { name: 'Custom roles' })).findByRole('checkbox', { name: 'On call' });
  expect(box).toHaveAccessibleDescription('All services: see backups');
  await user.click(box);
  expect(screen.getByText(/and do what the role “On call” allows, only from/)).toBeVisible();
  await save();
  expect(await sent(asked)).toEqual({ assignedRoleIds: [...key().assignedRoles.map((role) => role.roleId), onCall] });
});

it('keeps roles that it cannot name, and offers the system roles, to somebody who may not see roles', async () => {
  const onCall = { roleId: '20000000-0000-4000-8000-000000000001', roleName: 'On call', roleType: 'custom' as const };
  const asked = answers({ [rolesKey]: () => failure(403, 'FORBIDDEN: You may not'), [patch]: { result: key() } });
  const { save, choose } = await openForm(key({ assignedRoles: [onCall] }));
  expect(screen.getByRole('checkbox', { name: 'On call' })).toBeChecked();
  await choose(/Organization role/, /^Billing/);
  await save();
  expect(await sent(asked)).toEqual({ assignedRoleIds: ['183d8412-122c-5e6f-84f9-c6851e78ae8a', onCall.roleId] });
});

it('opens a key for every address the way the Cloud writes it, and takes its expiry away', async () => {
  const asked = answers({ ...rolesAnswer, [patch]: { result: key() } });
  const { user, save, choose } = await openForm(key());
  await user.click(screen.getByRole('radio', { name: /^Anywhere/ }));
  await choose(/Expiration/, /^Never/);
  expect(screen.getByText(/^A key without an end works until/)).toBeVisible();
  await save();
  expect(await sent(asked)).toEqual({ expireAt: null, ipAccessList: [{ source: '0.0.0.0/0' }] });
});

it('gives an expired key a new date: the end of that day here', async () => {
  const asked = answers({ ...rolesAnswer, [patch]: { result: key() } });
  const { user, save, choose } = await openForm(key({ expireAt: '2026-01-01T00:00:00Z' }));
  expect(screen.getByText(/^Cannot be used: it expired on/)).toBeVisible();
  await choose(/Expiration/, /^On a date/);
  await user.type(screen.getByLabelText('Last day'), '2099-05-31');
  await save();
  expect(await sent(asked)).toEqual({ expireAt: new Date(2099, 4, 31, 23, 59, 59).toISOString().replace('.000', '') });
});

it('lets a key that nobody may use be renamed without opening it', async () => {
  const asked = answers({ ...rolesAnswer, [patch]: { result: key() } });
  const { user, save } = await openForm(key({ ipAccessList: [] }));
  expect(screen.getByText('Cannot be used as long as no location is listed.')).toBeVisible();
  await user.type(screen.getByRole('textbox', { name: 'Name' }), '2');
  await save();
  expect(await sent(asked)).toEqual({ name: 'ci2' });
});

it('says when somebody deleted the key meanwhile', async () => {
  answers({ ...rolesAnswer, [patch]: () => failure(404, 'NOT_FOUND: Key not found') });
  const { user, save } = await openForm(key());
  await user.type(screen.getByRole('textbox', { name: 'Name' }), '2');
  await save();
  expect(await screen.findByRole('alert')).toHaveTextContent('This key is gone');
  expect(screen.getByRole('button', { name: 'Save changes' })).toHaveAttribute('aria-disabled', 'true');
});
