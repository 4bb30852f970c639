import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import './index'; // here already when the router asks for it
import type { Service } from '../service';
import { serviceAdmin, serviceId, someService } from '../testServices';

const path = `/organizations/${organizationId}/services/new`;
const list = `/v1/organizations/${organizationId}/services`;
const ada = signedIn('control-plane:organization:create-service', ...serviceAdmin);
const password = ['kX3v', '9dJ2', 'shown-once'].join('~');

it('creates a service, shows how far it is and its password once, and asks before that is lost', async () => {
  let state: Service['state'] = 'provisioning';
  const asked = answers({
    [`POST ${list}`]: { result: { service: someService({ state }), password } },
    [`GET ${list}`]: { result: [] },
    [`GET ${list}/${serviceId}`]: () => ({ result: someService({ state }) }),
    'GET /ca.pem': () => new Response('-----BEGIN CERTIFICATE-----'),
  });
  const { user, router, queryClient } = renderPage(path, ada);
  await user.click(await screen.findByRole('textbox', { name: 'Name' }));
  await user.paste(' orders ');
  await user.click(screen.getByRole('button', { name: 'Add tag' }));
  await user.paste('team');
  await user.click(screen.getByRole('button', { name: 'Create service' }));

  await waitFor(() => expect(screen.getByRole('heading', { level: 1, name: 'orders' })).toHaveFocus());
  expect(await asked.find(({ method }) => method === 'POST')?.json()).toEqual({
    name: 'orders', provider: 'aws', region: 'us-east-1', minReplicaMemoryGb: 8, maxReplicaMemoryGb: 16, numReplicas: 1,
    idleScaling: true, idleTimeoutMinutes: 15, ipAccessList: [{ source: '203.0.113.7', description: 'My address' }], tags: [{ key: 'team' }],
  });
  expect(screen.getByRole('textbox', { name: 'Password' })).toHaveValue(password);
  expect(await screen.findByRole('region', { name: 'curl: connect and query' })).toHaveTextContent(`curl --user 'default:${password}' \\ --cacert gatehouse-ca.pem`);
  const steps = () => within(screen.getByRole('region', { name: 'Progress' })).getAllByRole('listitem').map(({ textContent }) => textContent);
  expect(steps()).toEqual(['Created', 'ClickHouse is starting', 'Then it is ready for queries']);
  expect(screen.getByText('ClickHouse is starting')).toHaveAttribute('aria-current', 'step');
  state = 'running';
  expect(await screen.findByText(/^Ready for queries after/)).toBeVisible();
  expect(steps()).toEqual(['Created', 'ClickHouse has started', expect.stringMatching(/^Ready for queries after [\d.]+ s$/)]);

  await user.click(screen.getByRole('button', { name: 'Open service' }));
  const question = await screen.findByRole('dialog', { name: 'Leave without the password?' });
  await user.click(within(question).getByRole('button', { name: 'Go back' }));
  await user.click(screen.getByRole('button', { name: 'Copy Password' }));
  await user.click(screen.getByRole('button', { name: 'Open service' }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/organizations/${organizationId}/services/${serviceId}`));
  await waitFor(() => expect(document.documentElement.outerHTML).not.toContain(password)); // the page is left a moment after its path
  const cached = [...queryClient.getQueryCache().getAll(), ...queryClient.getMutationCache().getAll()].map(({ state: kept }) => kept);
  for (const place of [JSON.stringify(cached), JSON.stringify(Object.entries(localStorage))]) expect(place).not.toContain(password);
});

it('offers only the regions that this Gatehouse has, and the first of them by itself', async () => {
  answers({ [`GET ${list}`]: { result: [] } });
  localStorage.setItem('gatehouse-region', 'aws/us-east-1'); // of the last service, from before
  const { user } = renderPage(path, { ...ada, regions: ['europe-west4', 'eu-central-1', 'us-central1'] });
  await user.click(await screen.findByRole('combobox', { name: 'Region europe-west4' }));
  expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['europe-west4', 'us-central1']);
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('combobox', { name: 'Cloud provider Google Cloud' }));
  expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['Google Cloud', 'AWS']);
  await user.click(screen.getByRole('option', { name: 'AWS' }));
  expect(await screen.findByRole('combobox', { name: 'Region eu-central-1' })).toBeVisible();
  localStorage.clear();
});

it('says that a new service could not be started, and why', async () => {
  const state = { state: 'failed', stateMessage: 'There is no engine.' } as const;
  answers({ [`POST ${list}`]: { result: { service: someService(state), password } }, [`GET ${list}`]: { result: [] }, [`GET ${list}/${serviceId}`]: { result: someService(state) } });
  const { user } = renderPage(path, ada);
  await user.click(await screen.findByRole('textbox', { name: 'Name' }));
  await user.paste('orders');
  await user.click(screen.getByRole('button', { name: 'Create service' }));
  const progress = within(await screen.findByRole('region', { name: 'Progress' }));
  expect(progress.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['Created', 'It could not be started']);
  expect(progress.getByText('There is no engine.')).toBeVisible();
});

it('refuses what cannot be right, and shows beside its field what the server refuses', async () => {
  const asked = answers({ [`POST ${list}`]: () => failure(400, 'BAD_REQUEST: region: expected one that is offered here, which are eu-central-1 of aws, got "us-east-1"'), [`GET ${list}`]: { result: [] } });
  const { user } = renderPage(path, ada);
  const least = await screen.findByRole('spinbutton', { name: /^Least memory/ });
  await user.clear(least);
  await user.type(least, '20');
  await user.click(screen.getByRole('button', { name: 'Create service' }));
  expect(await screen.findByText('Enter a name.')).toBeVisible();
  expect(screen.getByRole('spinbutton', { name: /^Most memory/ })).toHaveAccessibleDescription('This is less than the least memory.');
  expect(asked.filter(({ method }) => method === 'POST')).toEqual([]);
  await user.clear(least);
  await user.type(least, '8');
  await user.click(screen.getByRole('textbox', { name: 'Name' }));
  await user.paste('orders');
  await user.click(screen.getByRole('button', { name: 'Create service' }));
  await waitFor(() => expect(screen.getByRole('combobox', { name: 'Region us-east-1' })).toHaveAccessibleDescription(/^Expected one that is offered here, which are eu-central-1/));
  expect(screen.getByRole('combobox', { name: 'Region us-east-1' })).toHaveFocus();
});

it('does not repeat a request without an answer: nobody knows whether the service was made', async () => {
  const asked = answers({ [`POST ${list}`]: () => Promise.reject(new TypeError('Failed to fetch')), [`GET ${list}`]: { result: [] } });
  const { user } = renderPage(path, ada);
  await user.click(await screen.findByRole('textbox', { name: 'Name' }));
  await user.paste('orders');
  await user.click(screen.getByRole('button', { name: 'Create service' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('It is not known whether the service was created');
  expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
});
