import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import '.'; // here already when the router asks for it
import './editor';
import { actorAnswers, rolesPath, someRole } from './testRoles';

const path = `/organizations/${organizationId}/users/roles`;
const admin = signedIn('control-plane:organization:manage', 'control-plane:organization:view', 'control-plane:organization:view-api-keys');
const analysts = someRole();
const member = someRole({ id: 'cee01017-1ed0-559a-ac4a-61549564cf1e', name: 'Member', type: 'system', policies: [], actors: [] });

it('says in words what each role allows, and who has it when asked', async () => {
  answers({ ...actorAnswers, [`GET ${rolesPath}`]: { result: [member, analysts] } });
  const { user } = renderPage(path, admin);
  const row = await screen.findByRole('row', { name: /^Analysts/ });
  for (const text of [
    'Custom',
    'Organization: see the organization and its people; see API keys',
    'All services: see settings and status; control-plane:service:of-a-later-version',
    'Service 8c2f5b0e: change settings, start and stop',
    'Except on all services: delete the service',
  ]) expect(row).toHaveTextContent(text);
  expect(screen.getByRole('row', { name: /^Member/ })).toHaveTextContent(/System.*Sign in, and no more.*Nobody/);

  await user.click(screen.getByRole('button', { name: '1 person and 1 API key' }));
  const dialog = await screen.findByRole('dialog', { name: 'Who has the role “Analysts”' });
  expect(await within(dialog).findByText(/^Ada Lovelace/)).toBeVisible();
  expect(await within(dialog).findByText(/^grafana/)).toBeVisible();
});

it('names a service where it is known', async () => {
  const named = [{ id: '8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20', name: 'orders' }];
  answers({ [`GET ${rolesPath}`]: { result: [member, analysts] }, [`GET /v1/organizations/${organizationId}/services`]: { result: named } });
  const { user } = renderPage(path, admin);
  expect(await screen.findByText('Service “orders”: change settings, start and stop')).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Analysts' }));
  const summary = within(await screen.findByRole('region', { name: 'What this role allows' }));
  expect(summary.getByText('Service “orders”')).toBeVisible();
});

it('offers of a system role its details and a copy, and explains what roles are for where there is none', async () => {
  answers({ [`GET ${rolesPath}`]: { result: [member] } });
  const { user, router } = renderPage(path, admin);
  expect(await screen.findByRole('heading', { name: 'No custom roles yet' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Actions for Member' }));
  expect(screen.getAllByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['See details', 'Duplicate']);
  await user.click(screen.getByRole('menuitem', { name: 'Duplicate' }));
  expect(await screen.findByRole('textbox', { name: 'Name' })).toHaveValue('Copy of Member');
  expect(router.state.location.pathname).toBe(`${path}/new`);
});

it('shows a system role without anything to change', async () => {
  answers({ [`GET ${rolesPath}`]: { result: [someRole({ type: 'system', name: 'Admin' })] } });
  renderPage(`${path}/${analysts.id}`, admin);
  expect(await screen.findByRole('heading', { name: 'Admin' })).toBeVisible();
  expect(screen.getByText('control-plane:service:delete')).toBeVisible();
  expect(screen.queryByRole('checkbox')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Save' })).toBeNull();
});

it('deletes a role only after its name was typed, and says who loses what', async () => {
  let roles = [member, analysts];
  let refusal: Response | undefined = failure(403, 'FORBIDDEN: You may not');
  answers({
    ...actorAnswers,
    [`GET ${rolesPath}`]: () => ({ result: roles }),
    [`DELETE ${rolesPath}/${analysts.id}`]: () => {
      if (refusal) return refusal;
      roles = [member];
      return { status: 200 };
    },
  });
  const { user } = renderPage(path, admin);
  await user.click(await screen.findByRole('button', { name: 'Actions for Analysts' }));
  await user.click(screen.getByRole('menuitem', { name: 'Delete' }));
  const dialog = await screen.findByRole('dialog', { name: 'Delete the role “Analysts”?' });
  expect(dialog).toHaveTextContent('It is taken from 1 person and 1 API key at once');
  expect(dialog).toHaveTextContent('Service 8c2f5b0e: change settings, start and stop');
  expect(dialog).not.toHaveTextContent('Except');
  const button = () => within(dialog).getByRole('button', { name: 'Delete role' });
  expect(button()).toHaveAttribute('aria-disabled', 'true');
  await user.type(within(dialog).getByRole('textbox', { name: 'Name of the role' }), 'Analysts');
  await user.click(button());
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('You may not');
  refusal = undefined;
  await user.click(button());
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.queryByRole('row', { name: /^Analysts/ })).toBeNull();
});

it('says who may see roles to those who may not, and what is wrong when they do not arrive', async () => {
  const asked = answers({ [`GET ${rolesPath}`]: () => failure(500, 'INTERNAL: Something is broken') });
  const { unmount } = renderPage(path, signedIn('control-plane:organization:view'));
  expect(await screen.findByRole('heading', { name: 'You may not see the roles' })).toBeVisible();
  expect(screen.queryByRole('link', { name: 'New role' })).toBeNull();
  expect(asked).toEqual([]);
  unmount();
  renderPage(path, admin);
  expect(await screen.findByRole('heading', { name: 'The roles could not be loaded' })).toBeVisible();
  expect(screen.getByText('Something is broken')).toBeVisible();
});

