import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { knownRoleIds } from '@/pages/keys/form/roles';
import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

const path = `/organizations/${organizationId}/users`;
const api = `/v1/organizations/${organizationId}`;
const may = ['control-plane:organization:view', 'control-plane:organization:manage'];
const idOf = (role: string) => knownRoleIds.get(role) ?? `role-${role}`;
const role = (roleName: string, roleType = 'system') => ({ roleId: idOf(roleName), roleName, roleType });
const me = signedIn().person?.userId ?? '';
const grace = { userId: 'u2', name: 'Grace Hopper', email: 'grace@example.com', joinedAt: '2026-11-20T12:00:00Z', secondFactor: true, assignedRoles: [role('Member'), role('Reports', 'custom')] };
const ada = { ...grace, userId: me, name: 'Ada Lovelace', email: 'ada@example.com', secondFactor: false, assignedRoles: [role('Admin')], lastSignInAt: '2026-11-22T12:00:00Z' };

const list = (result: object[]) => ({ status: 200, requestId: 'r', result });
const known = {
  [`GET ${api}/members`]: list([ada, grace]),
  [`GET ${api}/invitations`]: list([]),
  [`GET ${api}/roles`]: list(['Admin', 'Billing', 'Member', 'Service reader'].map((name) => ({ id: idOf(name), name, type: 'system', policies: [] })).concat({ id: 'role-Reports', name: 'Reports', type: 'custom', policies: [] })),
};

async function choose(user: ReturnType<typeof renderPage>['user'], who: string, item: string | RegExp) {
  await user.click(await screen.findByRole('button', { name: `Actions for ${who}` }));
  await user.click(await screen.findByRole('menuitem', { name: item }));
  return screen.findByRole('dialog');
}

it('lists who is there, and finds them by name, address and role', async () => {
  answers(known);
  const { user } = renderPage(path, signedIn(...may));
  expect(within(await screen.findByRole('row', { name: /Ada Lovelace/ })).getByText('You')).toBeVisible();
  const row = screen.getByRole('row', { name: /Grace Hopper/ });
  expect(row).toHaveTextContent('Never');
  expect(within(row).getByText('(custom role)')).toBeInTheDocument();
  await user.type(screen.getByRole('searchbox'), 'reports GRACE@');
  expect(screen.queryByRole('row', { name: /Ada/ })).toBeNull();
  expect(screen.getByText('1 of 2')).toBeVisible();
});

it('offers no change to who may not make any', async () => {
  answers(known);
  renderPage(path, signedIn('control-plane:organization:view'));
  await screen.findByRole('row', { name: /Grace Hopper/ });
  expect(screen.queryByRole('button', { name: /^Actions for/ })).toBeNull();
  expect(screen.getByRole('button', { name: 'Invite people' })).toHaveAccessibleDescription(/Your role does not allow this/);
});

it('says what a change of roles does, and beside them why it was refused', async () => {
  const refusals = [failure(403, 'FORBIDDEN: The role "Admin" allows more than ada@example.com may do, and nobody grants what they do not hold'), failure(409, 'CONFLICT: At least one person must have the role Admin: give it to somebody else first')];
  const asked = answers({ ...known, [`PATCH ${api}/members/u2`]: () => refusals.shift() ?? { status: 200, requestId: 'r', result: grace } });
  const { user } = renderPage(path, signedIn(...may));
  const dialog = await choose(user, 'Grace Hopper', 'Change roles');
  await user.click(await within(dialog).findByRole('checkbox', { name: 'Admin' }));
  await user.click(within(dialog).getByRole('checkbox', { name: 'Reports' }));
  expect(within(dialog).getByText('Grace Hopper gets Admin and loses Reports.')).toBeVisible();
  const save = within(dialog).getByRole('button', { name: 'Save roles' });
  await user.click(save);
  const roles = within(dialog).getByRole('group', { name: 'Roles' });
  await waitFor(() => expect(roles).toHaveAccessibleDescription(/You cannot grant Admin/));
  await user.click(save);
  await waitFor(() => expect(roles).toHaveAccessibleDescription(/At least one person must have the role Admin/));
  await user.click(save);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(await asked.find(({ method }) => method === 'PATCH')?.json()).toEqual({ assignedRoleIds: [idOf('Member'), idOf('Admin')] });
});

it('removes somebody only once their address was typed', async () => {
  const asked = answers({ ...known, [`DELETE ${api}/members/u2`]: { status: 200, requestId: 'r' } });
  const { user } = renderPage(path, signedIn(...may));
  const dialog = await choose(user, 'Grace Hopper', 'Remove from organization');
  const remove = () => user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await remove();
  expect(asked.some(({ method }) => method === 'DELETE')).toBe(false);
  await user.type(within(dialog).getByLabelText('E-mail address, to confirm'), 'Grace@example.com');
  await remove();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked.some(({ method }) => method === 'DELETE')).toBe(true);
});

it('leads who leaves to where they still are a member', async () => {
  answers({ ...known, [`DELETE ${api}/members/${me}`]: { status: 200, requestId: 'r' }, 'GET /auth/session': { ...signedIn(), organizations: [] }, 'GET /auth/invitations': { invitations: [] } });
  const { user, router } = renderPage(path, signedIn(...may));
  const dialog = await choose(user, 'Ada Lovelace', 'Leave the organization');
  await user.type(within(dialog).getByLabelText('E-mail address, to confirm'), 'ada@example.com{Enter}');
  await waitFor(() => expect(router.state.location.pathname).toBe('/welcome'));
});

it('shows a password reset link with the address of this browser, and keeps it nowhere', async () => {
  answers({ ...known, [`POST ${api}/members/u2/passwordResetLink`]: { status: 200, requestId: 'r', result: { url: 'http://gatehouse.internal:8080/setup#the-token', expireAt: '2026-11-24T12:00:00Z' } } });
  const { user, queryClient } = renderPage(path, signedIn(...may));
  const dialog = await choose(user, 'Grace Hopper', 'Password reset link');
  expect(within(dialog).getByText(/removes their second factor/)).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Create link' }));
  await waitFor(() => expect(within(dialog).getByLabelText('Password reset link')).toHaveValue(`${location.origin}/setup#the-token`));
  expect(JSON.stringify(queryClient.getQueryCache().getAll().map(({ state }) => state.data))).not.toContain('the-token');
});
