import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { Schema } from '@/api';
import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import '..'; // here already when the router asks for it
import '.';
import { actorAnswers, ada, grafana, policies, rolesPath, someRole } from '../testRoles';

const path = `/organizations/${organizationId}/users/roles`;
const admin = signedIn('control-plane:organization:manage', 'control-plane:organization:view', 'control-plane:organization:view-api-keys');
const analysts = someRole();
const one = `${rolesPath}/${analysts.id}`;

/** A role with policies of every kind, opened to be edited. */
async function openAnalysts(known: Parameters<typeof answers>[0] = {}) {
  const asked = answers({ ...actorAnswers, [`GET ${rolesPath}`]: { result: [analysts] }, ...known });
  const view = renderPage(`${path}/${analysts.id}`, admin);
  const name = await screen.findByRole('textbox', { name: 'Name' });
  const save = () => view.user.click(screen.getByRole('button', { name: 'Save' }));
  const sent = async (method: string): Promise<unknown> => {
    await waitFor(() => expect(asked.some((request) => request.method === method)).toBe(true));
    return asked.filter((request) => request.method === method).at(-1)?.clone().json();
  };
  return { ...view, asked, name, save, sent };
}

const policy = (name: RegExp) => within(screen.getByRole('group', { name }));

it('makes a role out of what is ticked, for all services or for some, and says beforehand in words what it allows', async () => {
  const asked = answers({ ...actorAnswers, [`POST ${rolesPath}`]: { result: analysts }, [`GET ${rolesPath}`]: { result: [] } });
  const { user, router } = renderPage(`${path}/new`, admin);
  const summary = within(await screen.findByRole('region', { name: 'What this role allows' }));
  expect(summary.getByText('Sign in, and no more')).toBeVisible();

  const write = async (field: HTMLElement, text: string) => {
    await user.click(field);
    await user.paste(text); // letter by letter would take long on a page with so many fields
  };
  await write(screen.getByRole('textbox', { name: 'Name' }), ' Analysts ');
  await user.click(screen.getByRole('checkbox', { name: 'See API keys' }));
  expect(screen.getByRole('checkbox', { name: 'See API keys' })).toHaveAccessibleDescription('control-plane:organization:view-api-keys');
  await user.click(screen.getByRole('checkbox', { name: 'See backups' }));
  await user.click(screen.getByRole('radio', { name: 'These services' }));
  await write(screen.getByRole('textbox', { name: 'Service 1' }), '8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20');
  expect(await screen.findByText(/^There is no service that you may see/)).toBeVisible();
  await user.click(screen.getByRole('combobox', { name: 'SQL console No access' }));
  await user.click(await screen.findByRole('option', { name: /^With grants/ }));
  await write(screen.getByRole('textbox', { name: 'Grant 1' }), 'GRANT SELECT ON logs.*');
  for (const text of ['See API keys', 'Service 8c2f5b0e', 'See backups', '1 grant']) expect(summary.getByText(text)).toBeVisible();

  await user.click(screen.getByRole('combobox', { name: 'Add a person or an API key' }));
  await user.paste('graf');
  await user.click(await screen.findByRole('option', { name: /grafana/ }));
  await user.click(screen.getByRole('button', { name: 'Create role' }));

  await waitFor(() => expect(router.state.location.pathname).toBe(path));
  expect(await asked.find(({ method }) => method === 'POST')?.json()).toEqual({
    name: 'Analysts',
    actors: [grafana],
    policies: [
      { allowDeny: 'ALLOW', permissions: ['control-plane:organization:view-api-keys'], resources: [`organization/${organizationId}`] },
      { allowDeny: 'ALLOW', permissions: ['control-plane:service:view-backups'], resources: ['instance/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20'] },
      { allowDeny: 'ALLOW', permissions: ['sql-console:database:access'], resources: ['instance/*'], tags: { grants: ['GRANT SELECT ON logs.*'] } },
    ],
  });
});

it('shows every policy of a role by its number, those that deny apart, and sends what was changed alone', async () => {
  const { user, name, save, sent } = await openAnalysts({ [`PATCH ${one}`]: { result: analysts } });
  expect(policy(/^Policy 1: Allows, Service/).getByRole('checkbox', { name: 'control-plane:service:of-a-later-version' })).toBeChecked();
  expect(policy(/^Policy 2: Denies, Service/).getByRole('checkbox', { name: 'Delete the service' })).toBeChecked();
  expect(policy(/^Policy 3: Allows, Organization/).getByRole('checkbox', { name: 'See API keys' })).toBeChecked();
  expect(policy(/^Policy 4: Allows, Service/).getByRole('textbox', { name: 'Service 1' })).toHaveValue('8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20');
  await user.type(name, ' 2');
  await save();
  expect(await sent('PATCH')).toEqual({ name: 'Analysts 2' });
});

it('adds, changes and removes policies without touching the others or their order', async () => {
  const { user, save, sent } = await openAnalysts({ [`PATCH ${one}`]: { result: analysts } });
  await user.click(policy(/^Policy 4/).getByRole('button', { name: 'Remove: Policy 4' }));
  await user.click(screen.getByRole('button', { name: 'Deny in the organization' }));
  const added = screen.getByRole('group', { name: /^New policy, nothing chosen yet: Denies, Organization/ });
  expect(added).toHaveFocus();
  await user.click(within(added).getByRole('checkbox', { name: 'See API keys' }));
  await save();
  expect(await sent('PATCH')).toEqual({
    policies: [...policies.slice(0, 3), { allowDeny: 'DENY', permissions: ['control-plane:organization:view-api-keys'], resources: [`organization/${organizationId}`] }],
  });
});

it('refuses what cannot be right before anything is sent', async () => {
  const { user, asked, name, save } = await openAnalysts();
  await user.clear(name);
  await user.type(policy(/^Policy 4/).getByRole('textbox', { name: 'Service 1' }), '-');
  await save();
  expect(name).toHaveAccessibleDescription('Enter a name.');
  expect(name).toHaveFocus();
  expect(policy(/^Policy 4/).getByRole('textbox', { name: 'Service 1' })).toHaveAccessibleDescription(/^This is not the id of a service/);
  expect(asked.filter(({ method }) => method === 'PATCH')).toEqual([]);
});

it('shows what the server has against it beside what it is about, and keeps what was chosen', async () => {
  const refusals = [
    failure(400, 'BAD_REQUEST: policies[0].permissions[1]: there is no permission "control-plane:service:of-a-later-version"'),
    failure(400, 'BAD_REQUEST: policies[3].resources[0]: expected instance/<id of a service>'),
    failure(400, 'BAD_REQUEST: policies[1].tags: expected no tags'),
    failure(409, 'CONFLICT: name: there is a role "Analysts 2" in the organization already'),
    failure(400, `BAD_REQUEST: actors[1]: there is no "${grafana}" in the organization`),
    failure(403, 'FORBIDDEN: The role allows more than ada@example.com may do'),
  ];
  const { user, name, save } = await openAnalysts({ [`PATCH ${one}`]: () => refusals.shift() });
  await user.type(name, ' 2');
  await save();
  const later = policy(/^Policy 1/).getByRole('checkbox', { name: /of-a-later-version/ });
  await waitFor(() => expect(later).toHaveAccessibleDescription(/^There is no permission/));
  await save();
  await waitFor(() => expect(policy(/^Policy 4/).getByRole('textbox', { name: 'Service 1' })).toHaveAccessibleDescription(/^Expected instance/));
  expect(later).toBeValid();
  await save();
  await waitFor(() => expect(policy(/^Policy 2/).getByText('Expected no tags')).toBeVisible());
  await save();
  await waitFor(() => expect(name).toHaveAccessibleDescription(/^There is a role "Analysts 2"/));
  await save();
  await waitFor(() => expect(screen.getByRole('combobox', { name: 'Add a person or an API key' })).toHaveAccessibleDescription(/^There is no "apiKey/));
  await save();
  expect(await screen.findByText('The role was not saved')).toBeVisible();
  expect(name).toHaveValue('Analysts 2');
});

it('asks before changes are lost, and not when there are none', async () => {
  const { user, name, router } = await openAnalysts();
  await user.type(name, '!');
  await user.click(screen.getByRole('link', { name: 'Cancel' }));
  const question = await screen.findByRole('dialog', { name: 'Leave without saving?' });
  await user.click(within(question).getByRole('button', { name: 'Stay here' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(name).toHaveValue('Analysts!');
  await user.type(name, '{Backspace}');
  await user.click(screen.getByRole('link', { name: 'Cancel' }));
  await waitFor(() => expect(router.state.location.pathname).toBe(path));
});

it('takes a role from somebody and tells what a key would lose, with the requests that would be refused', async () => {
  const simulation: Schema<'RoleSimulation'> = {
    from: '2026-10-24',
    to: '2026-11-23',
    actors: [
      {
        actor: grafana, name: 'grafana', requests: 1200, refused: 12, gains: [],
        loses: [{ permission: 'control-plane:organization:view-api-keys', resource: `organization/${organizationId}` }],
        operations: [{ operationId: 'openapiKeyGetList', resource: `organization/${organizationId}`, requests: 12, lastDay: '2026-11-20' }],
      },
    ],
  };
  const { user, save, sent, asked } = await openAnalysts({ [`POST ${rolesPath}:simulate`]: { result: simulation }, [`PATCH ${one}`]: { result: analysts } });
  await user.click(screen.getByRole('checkbox', { name: 'See API keys' }));
  const effect = within(screen.getByRole('region', { name: 'Effect on…' }));
  await user.click(effect.getByRole('combobox', { name: 'A person or an API key' }));
  await user.click(await effect.findByRole('option', { name: /grafana/ }));
  expect(await effect.findByText(/^12 of 1,200 requests from Oct 24, 2026 to Nov 23, 2026 would have been refused/)).toBeVisible();
  expect(effect.getByText('openapiKeyGetList')).toBeVisible();
  expect(effect.getByText('See API keys')).toBeVisible();
  expect(await sent('POST')).toMatchObject({ roleId: analysts.id, actors: [grafana], otherRoles: 'keep', policies: [policies[0], policies[1], { permissions: ['control-plane:organization:view'] }, policies[3]] });
  const questions = asked.filter(({ method }) => method === 'POST').length;
  await user.click(effect.getByRole('checkbox', { name: 'As their only role' }));
  await waitFor(() => expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(questions + 1));
  expect(await sent('POST')).toMatchObject({ otherRoles: 'drop' });

  await user.click(screen.getByRole('checkbox', { name: 'See API keys' })); // as it was
  await user.click(within(screen.getByRole('list', { name: 'People and keys' })).getByRole('button', { name: 'Remove grafana' }));
  await save();
  expect(await sent('PATCH')).toEqual({ actors: [ada] });
});
