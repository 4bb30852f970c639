import { configure, screen, waitFor, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import './index'; // here already when the router asks for it
import { pageOf, someKey } from './testKeys';

// A whole page takes its time where other tests run beside it.
configure({ asyncUtilTimeout: 5_000 });
vi.setConfig({ testTimeout: 20_000 });

const path = `/organizations/${organizationId}/keys`;
const list = `/v1/organizations/${organizationId}/keys`;
const ada = signedIn(...['view', 'create', 'update', 'delete'].map((verb) => `control-plane:organization:${verb}-api-keys`));

const days = (count: number) => new Date(Date.now() + count * 24 * 60 * 60 * 1000).toISOString();
const ci = someKey();
const grafana = someKey({ id: 'b2f5b0e8-4a41-4f0b-9c58-3d1f6a7b9e21', name: 'grafana', usedAt: days(-2.5), expireAt: days(3.5) });

const parameters = (request: Request) => Object.fromEntries(new URL(request.url).searchParams);
const menuOf = async (name: string) => screen.findByLabelText(`Actions for ${name}`);

it('prompts to create the first key where there is none', async () => {
  answers({ [`GET ${list}`]: pageOf() });
  renderPage(path, ada);
  expect(await screen.findByRole('heading', { name: 'Create your first API key' })).toBeVisible();
  expect(screen.getAllByRole('button', { name: 'New API Key' })).toHaveLength(1);
  expect(screen.queryByRole('table')).not.toBeInTheDocument();
});

it('shows what is known of a key, but of its Key ID the end only', async () => {
  answers({ [`GET ${list}`]: pageOf(grafana, someKey({ id: 'c', name: 'old', expireAt: days(-1) }), someKey({ id: 'd', name: 'off', state: 'disabled' })) });
  renderPage(path, ada);
  const row = await screen.findByRole('row', { name: /^grafana/ });
  for (const text of ['Key ID ends in x 7 Q d', 'Org API reader', 'Expires soon', 'by ada@example.com', '2 days ago']) expect(row).toHaveTextContent(text);
  expect(screen.getByRole('row', { name: /^old/ })).toHaveTextContent('Expired');
  expect(screen.getByRole('row', { name: /^off/ })).toHaveTextContent(/Disabled.*Never.*Never used/);
});

it('asks the server for what is searched for, and keeps it in the address', async () => {
  const asked = answers({ [`GET ${list}`]: pageOf(ci, grafana) });
  const { user, router } = renderPage(path, ada);
  await menuOf('grafana');
  expect(asked.map(parameters)).toEqual([{ limit: '50', sort: 'createdAt', order: 'desc' }]);
  await user.type(screen.getByRole('searchbox'), ' graf ');
  await waitFor(() => expect(asked.map(parameters).at(-1)).toMatchObject({ search: 'graf' }));
  expect(asked).toHaveLength(2); // not for every letter
  await user.click(screen.getByText('Expires', { selector: 'th button' }));
  await waitFor(() => expect(asked.map(parameters).at(-1)).toMatchObject({ search: 'graf', sort: 'expireAt', order: 'asc' }));
  expect(router.state.location.search).toEqual({ search: 'graf', sort: 'expireAt', order: 'asc' });
});

it('takes the filter from the address, and says when nothing matches it', async () => {
  const asked = answers({ [`GET ${list}`]: (request: Request) => (parameters(request)['status'] ? pageOf() : pageOf(ci, grafana)) });
  const { user } = renderPage(`${path}?search=graf&status=disabled`, ada);
  expect(await screen.findByRole('heading', { name: 'No key matches' })).toBeVisible();
  expect(asked.map(parameters)).toEqual([{ limit: '50', sort: 'createdAt', order: 'desc', search: 'graf', status: 'disabled' }]);
  expect(screen.getByRole('searchbox')).toHaveValue('graf');
  expect(screen.getByRole('combobox', { name: 'Status Disabled' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear filter' }));
  await menuOf('grafana');
  expect(screen.getByRole('searchbox')).toHaveValue('');
  expect(screen.getByRole('searchbox')).toHaveFocus();
});

it('deletes a key only after its name was typed, and says what the server has against it', async () => {
  let refusal: Response | undefined = failure(409, 'CONFLICT: The key "grafana" is the last usable one with the role Admin: give the role to another key first');
  let keys = [ci, grafana];
  const asked = answers({
    [`GET ${list}`]: () => pageOf(...keys),
    [`GET ${list}/${grafana.id}`]: { requestId: 'r', status: 200, result: grafana },
    [`DELETE ${list}/${grafana.id}`]: () => {
      if (refusal) return refusal;
      keys = [ci];
      return { requestId: 'r', status: 200 };
    },
  });
  const { user } = renderPage(path, ada);
  const deletions = () => asked.filter((request) => request.method === 'DELETE').length;

  await user.click(await menuOf('grafana'));
  await user.click(screen.getByRole('menuitem', { name: 'Delete' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete “grafana”?' }));
  expect(dialog.getByText('Last used 2 days ago.')).toBeVisible();
  expect(dialog.getByText(/loses access at once\. This cannot be undone/)).toBeVisible();

  await user.type(dialog.getByRole('textbox', { name: 'Name of the key' }), 'Grafana{Enter}');
  expect(dialog.getByRole('button', { name: /Delete key/ })).toHaveAttribute('aria-disabled', 'true');
  expect(deletions()).toBe(0);

  await user.clear(dialog.getByRole('textbox'));
  await user.type(dialog.getByRole('textbox'), ' grafana {Enter}');
  expect(await dialog.findByText(/is the last usable one with the role Admin/)).toBeVisible();

  refusal = undefined;
  await user.click(dialog.getByRole('button', { name: /Delete key/ }));
  expect(await screen.findByText('“grafana” is deleted')).toBeVisible();
  expect(deletions()).toBe(2);
  await waitFor(() => expect(screen.queryByRole('row', { name: /^grafana/ })).not.toBeInTheDocument());
  await waitFor(() => expect(screen.getByRole('heading', { name: 'API Keys' })).toHaveFocus());
});

it('says that a key is gone when somebody else was faster', async () => {
  answers({ [`GET ${list}`]: pageOf(ci), [`GET ${list}/${ci.id}`]: () => failure(404, 'NOT_FOUND: There is no such key') });
  const { user } = renderPage(path, ada);
  await user.click(await menuOf('ci-deploy'));
  await user.click(screen.getByRole('menuitem', { name: 'Disable' }));
  expect(await screen.findByRole('dialog', { name: '“ci-deploy” is gone' })).toBeVisible();
});

it('offers nothing that the person may not do, and says why', async () => {
  answers({ [`GET ${list}`]: pageOf(ci) });
  const { user } = renderPage(path, signedIn('control-plane:organization:view-api-keys'));
  await user.click(await menuOf('ci-deploy'));
  for (const item of screen.getAllByRole('menuitem')) {
    expect(item).toHaveAttribute('aria-disabled', 'true');
    expect(item).toHaveTextContent('Your role does not allow this');
  }
  expect(screen.getByRole('button', { name: /New API Key/, hidden: true })).toHaveAccessibleDescription(/Your role does not allow this/);
});

it('does not ask for the keys of somebody who may not see them', async () => {
  const asked = answers({});
  renderPage(path, signedIn());
  expect(await screen.findByText(/Ask an administrator/)).toBeVisible();
  expect(asked).toHaveLength(0);
});
