import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import './index'; // here already when the router asks for it
import type { Service } from './service';
import { serviceAdmin, serviceId, someService } from './testServices';

const path = `/organizations/${organizationId}/services`;
const list = `/v1/organizations/${organizationId}/services`;
const ada = signedIn('control-plane:organization:create-service', ...serviceAdmin);

it('says of each service what it does, how large it is and where, and finds it by a tag', async () => {
  const tags = [{ key: 'environment', value: 'staging' }];
  answers({ [`GET ${list}`]: { result: [someService(), someService({ id: 'b', name: 'trial', state: 'idle', tags })] } });
  const { user, router } = renderPage(path, ada);
  const row = await screen.findByRole('row', { name: /^orders/ });
  for (const text of ['Running', '26.7.2.1', '8–16 GB × 1', 'localhost:21000', 'us-east-1', 'AWS']) expect(row).toHaveTextContent(text);
  expect(screen.getByRole('row', { name: /^trial/ })).toHaveTextContent('Asleep');
  await user.click(screen.getByRole('searchbox'));
  await user.paste('environment:stag');
  await waitFor(() => expect(screen.queryByRole('row', { name: /^orders/ })).toBeNull());
  expect(screen.getByText('1 of 2')).toBeVisible();
  expect(router.state.location.search).toEqual({ search: 'environment:stag' });
});

it('shows that something is wrong with a service although it runs, and what', async () => {
  const stateMessage = 'Nobody gets through the door.';
  answers({ [`GET ${list}`]: { result: [someService({ stateMessage }), someService({ id: 'b', name: 'trial' })] } });
  const { user } = renderPage(path, ada);
  const row = await screen.findByRole('row', { name: /^orders/ });
  await user.click(within(row).getByRole('button', { name: 'Running with a problem' }));
  expect(await screen.findByRole('tooltip')).toHaveTextContent(stateMessage);
  expect(within(screen.getByRole('row', { name: /^trial/ })).getByRole('button', { name: 'Running' })).toBeVisible();
});

it('leads to the form where there is no service yet, and tells those who may not that it is so', async () => {
  answers({ [`GET ${list}`]: { result: [] } });
  const { unmount } = renderPage(path, ada);
  expect(await screen.findByRole('heading', { name: 'Create your first service' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'New service' })).toHaveAttribute('href', `${path}/new`);
  unmount();
  renderPage(path, signedIn());
  expect(await screen.findByRole('heading', { name: 'No services yet' })).toBeVisible();
  expect(screen.getByRole('button', { name: /New service/ })).toHaveAccessibleDescription(/Your role does not allow this/);
});

it('shows without reloading what a service comes to', async () => {
  let state: Service['state'] = 'starting';
  answers({ [`GET ${list}`]: () => ({ result: [someService({ state })] }) });
  renderPage(path, ada);
  expect(await screen.findByText('Starting')).toBeVisible();
  state = 'running';
  expect(await screen.findByText('Running')).toBeVisible();
});

it('stops a running service before it deletes it, once its name was typed', async () => {
  let state: Service['state'] = 'running';
  const one = `${list}/${serviceId}`;
  const asked = answers({
    [`GET ${list}`]: () => ({ result: state === 'terminated' ? [] : [someService({ state })] }),
    [`GET ${one}`]: () => {
      if (state === 'stopping') state = 'stopped';
      return { result: someService({ state }) };
    },
    [`PATCH ${one}/state`]: () => {
      state = 'stopping';
      return { result: someService({ state }) };
    },
    [`DELETE ${one}`]: () => {
      if (state !== 'stopped') return failure(409, 'CONFLICT: Not while it runs');
      state = 'terminated';
      return {};
    },
  });
  const { user } = renderPage(path, ada);
  await user.click(await screen.findByLabelText('Actions for orders'));
  await user.click(screen.getByRole('menuitem', { name: 'Delete' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete “orders”?' }));
  await user.type(dialog.getByRole('textbox'), 'order{Enter}');
  expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  await user.type(dialog.getByRole('textbox'), 's');
  await user.click(dialog.getByRole('button', { name: 'Stop and delete' }));
  expect(await screen.findByText('“orders” is being deleted')).toBeVisible();
  expect(asked.filter(({ method }) => method !== 'GET').map(({ method }) => method)).toEqual(['PATCH', 'DELETE']);
});

it('offers in the menu of a service what the person may do with it', async () => {
  const reader = signedIn();
  const [organization] = reader.organizations;
  if (organization) organization.servicePermissions = { 'instance/*': ['control-plane:service:view'], [`instance/${serviceId}`]: ['control-plane:service:view', 'control-plane:service:manage'] };
  answers({ [`GET ${list}`]: { result: [someService(), someService({ id: 'b', name: 'trial' })] } });
  const { user } = renderPage(path, reader);
  await user.click(await screen.findByLabelText('Actions for orders'));
  expect(screen.getByRole('menuitem', { name: 'Stop' })).not.toHaveAttribute('aria-disabled');
  expect(screen.getByRole('menuitem', { name: /Delete/ })).toHaveTextContent('Your role does not allow this');
  await user.keyboard('{Escape}');
  await user.click(screen.getByLabelText('Actions for trial'));
  expect(screen.getByRole('menuitem', { name: /Stop/ })).toHaveAttribute('aria-disabled', 'true');
});
