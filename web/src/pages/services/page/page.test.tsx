import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

import './index'; // here already when the router asks for it
import '../connect/page';
import '../overview';
import '../scaling';
import '../security';
import '../settings';
import { serviceAdmin, serviceId, someService } from '../testServices';

const path = `/organizations/${organizationId}/services/${serviceId}`;
const one = `/v1${path}`;
const ada = signedIn('control-plane:organization:view-activities', ...serviceAdmin);
const none = () => failure(404, 'NOT_FOUND: There is none');

const sent = (asked: Request[], method: string): Promise<unknown> => Promise.resolve(asked.filter((request) => request.method === method).at(-1)?.clone().json());

it('shows what the service is, what was done with it, and why it does not work', async () => {
  const activity = {
    id: 'a', type: 'service_update_password', actorType: 'user', actorId: 'u', actorDetails: 'Ada Lovelace', createdAt: '2026-11-20T08:00:00Z', organizationId,
    serviceId, target: { type: 'service', id: serviceId, name: 'orders' },
  };
  const asked = answers({
    [`GET ${one}`]: { result: someService({ state: 'failed', stateMessage: 'Port 21000 is taken by another program.' }) },
    [`GET /v1/organizations/${organizationId}/activities`]: { result: [activity], limit: 10, nextCursor: null },
  });
  renderPage(path, ada);
  expect(await screen.findByRole('heading', { level: 1, name: 'orders' })).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('Port 21000 is taken by another program.');
  expect(screen.getByRole('button', { name: 'Start' })).toBeVisible();
  expect(await screen.findByText('https://localhost:21000')).toBeVisible();
  expect(await screen.findByText('Changed the password of orders')).toBeVisible();
  expect(asked.some(({ url }) => url.includes('/activities') && url.includes(`search=${serviceId}`))).toBe(true);
});

it('says that there is no such service when it was deleted', async () => {
  answers({ [`GET ${one}`]: none });
  renderPage(path, ada);
  expect(await screen.findByRole('heading', { level: 1, name: 'There is no such service' })).toBeVisible();
});

it('has commands for whoever connects, and says what stands in the way', async () => {
  answers({ [`GET ${one}`]: { result: someService({ state: 'stopped', ipAccessList: [] }) }, 'GET /ca.pem': () => new Response('-----BEGIN CERTIFICATE-----') });
  const { user } = renderPage(`${path}/connect`, ada);
  expect(await screen.findByText('The service is stopped: start it first.')).toBeVisible();
  expect(screen.getByText('Nobody may connect yet')).toBeVisible();
  expect(await screen.findByRole('button', { name: 'Download gatehouse-ca.pem' })).toBeVisible();
  expect(screen.getByRole('region', { name: 'curl: connect and query' })).toHaveTextContent('--cacert gatehouse-ca.pem \\ --data-binary \'SELECT version()\' \\ https://localhost:21000');
  await user.click(screen.getByRole('tab', { name: 'Go' }));
  expect(screen.getByRole('region', { name: 'Go: connect and query' })).toHaveTextContent('Addr: []string{"localhost:21001"}');
});

it('warns of sending the password where another program may answer, whether the service runs or sleeps, and only there', async () => {
  const opened = (given: Parameters<typeof someService>[0]) => {
    answers({ [`GET ${one}`]: { result: someService(given) }, 'GET /ca.pem': none });
    return renderPage(`${path}/connect`, ada);
  };
  const warning = 'Do not send the password yet';
  for (const state of ['running', 'idle'] as const) {
    const { unmount } = opened({ state, stateMessage: 'Nobody gets through the door.' });
    const commands = await screen.findByRole('region', { name: 'curl: connect and query' });
    expect(screen.getByText(warning).compareDocumentPosition(commands)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(screen.getByRole('button', { name: / with a problem$/ })).toBeVisible();
    expect(screen.queryByText(/the first query wakes it up/)).toBeNull();
    unmount();
  }
  for (const given of [{}, { state: 'degraded', stateMessage: 'It fell over.' }] as const) {
    const { unmount } = opened(given);
    expect(await screen.findByRole('region', { name: 'curl: connect and query' })).toBeVisible();
    expect(screen.queryByText(warning)).toBeNull();
    unmount();
  }
});

it('needs no authority where the certificates are given ones', async () => {
  answers({ [`GET ${one}`]: { result: someService() }, 'GET /ca.pem': none });
  renderPage(`${path}/connect`, ada);
  expect(await screen.findByRole('region', { name: 'curl: connect and query' })).not.toHaveTextContent('--cacert');
  expect(screen.queryByRole('button', { name: /^Download/ })).toBeNull();
});

it('adds an entry to the schedule and sends the others as they were', async () => {
  const entry = { id: 'e', name: 'Nights', weekdays: [0, 6], startHourUtc: 22, endHourUtc: 4, autoscalingMode: 'vertical' as const, minReplicas: 2, maxReplicas: 2, isActiveNow: true };
  const baseConfig = { autoscalingMode: 'vertical' as const, minReplicaMemoryGb: 8, maxReplicaMemoryGb: 16, minReplicas: 1, maxReplicas: 1, idleScaling: true, idleTimeoutMinutes: 15 };
  const asked = answers({
    [`GET ${one}`]: { result: someService({ scalingSchedule: { entries: [entry], baseConfig } }) },
    [`POST ${one}/scalingSchedule`]: { result: { entries: [], baseConfig: {} } },
  });
  const { user } = renderPage(`${path}/scaling`, ada);
  expect(await screen.findByText('Sat, Sun, 22:00–04:00 UTC (next day)')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Add entry' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'New entry' }));
  await user.click(dialog.getByRole('textbox', { name: 'Name' }));
  await user.paste('Mornings');
  await user.click(dialog.getByRole('checkbox', { name: 'Friday' }));
  await user.clear(dialog.getByRole('spinbutton', { name: /^Most memory/ }));
  await user.type(dialog.getByRole('spinbutton', { name: /^Most memory/ }), '64');
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(await sent(asked, 'POST')).toEqual({
    entries: [
      { name: 'Nights', weekdays: [0, 6], startHourUtc: 22, endHourUtc: 4, autoscalingMode: 'vertical', numReplicas: 2 },
      { name: 'Mornings', weekdays: [1, 2, 3, 4], startHourUtc: 8, endHourUtc: 18, autoscalingMode: 'vertical', minReplicaMemoryGb: 8, maxReplicaMemoryGb: 64 },
    ],
  });
});

it('finds a setting, takes no value of another type, and shows what the server warns of', async () => {
  const settings = { result: { settings: [{ name: 'max_threads', type: 'integer', description: 'How many threads a query has.' }, { name: 'compatibility', type: 'string', description: '' }] } };
  const asked = answers({
    [`GET ${one}`]: { result: someService() },
    [`GET ${one}/clickhouseSettings`]: { result: { settings: [] } },
    [`GET ${one}/clickhouseSettings/schema`]: settings,
    [`PATCH ${one}/clickhouseSettings`]: { result: { settings: { max_threads: 4 }, warnings: [{ name: 'max_threads', message: 'ClickHouse restarts.' }] } },
    [`GET ${one}/upgradeWindow`]: none,
    [`GET ${one}/backupConfiguration`]: { result: { backupPeriodInHours: 24, backupRetentionPeriodInHours: 24 } },
  });
  const { user } = renderPage(`${path}/settings`, ada);
  await waitFor(() => expect(screen.getByText('No backups are taken yet')).toBeVisible());
  await user.click(screen.getByRole('button', { name: 'Change a setting' }));
  await user.click(await screen.findByRole('searchbox'));
  await user.paste('thread');
  await user.click(screen.getByRole('button', { name: /^max_ ?threads/ }));
  await user.type(await screen.findByRole('textbox', { name: 'Value' }), 'four{Enter}');
  expect(screen.getByRole('textbox', { name: 'Value' })).toHaveAccessibleDescription(/^Enter a whole number/);
  await user.clear(screen.getByRole('textbox', { name: 'Value' }));
  await user.type(screen.getByRole('textbox', { name: 'Value' }), '4{Enter}');
  expect(await screen.findByText(/ClickHouse restarts/)).toBeVisible();
  expect(await sent(asked, 'PATCH')).toEqual({ settings: { max_threads: 4 } });
});

it('leaves a choice to ClickHouse where a setting can', async () => {
  const entry = { name: 'query_plan_join_swap_table', type: 'boolean', description: '', enum: [0, 1], example: 'auto' };
  const asked = answers({
    [`GET ${one}`]: { result: someService() },
    [`GET ${one}/clickhouseSettings`]: { result: { settings: [{ name: entry.name, value: 1 }] } },
    [`GET ${one}/clickhouseSettings/schema`]: { result: { settings: [entry] } },
    [`PATCH ${one}/clickhouseSettings`]: { result: { settings: { [entry.name]: 'auto' }, warnings: [] } },
    [`GET ${one}/upgradeWindow`]: none,
    [`GET ${one}/backupConfiguration`]: { result: { backupPeriodInHours: 24, backupRetentionPeriodInHours: 24 } },
  });
  const { user } = renderPage(`${path}/settings`, ada);
  await user.click(await screen.findByRole('button', { name: `Change ${entry.name}` }));
  await user.click(await screen.findByRole('combobox', { name: /Value/ }));
  await user.click(await screen.findByRole('option', { name: 'auto' }));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await sent(asked, 'PATCH')).toEqual({ settings: { [entry.name]: 'auto' } });
});

it('shows a switch as it is, however a client has set it', async () => {
  const entry = { name: 'async_insert', type: 'boolean', description: '', enum: [0, 1], example: '1' };
  const asked = answers({
    [`GET ${one}`]: { result: someService() },
    [`GET ${one}/clickhouseSettings`]: { result: { settings: [{ name: entry.name, value: false }] } },
    [`GET ${one}/clickhouseSettings/schema`]: { result: { settings: [entry] } },
    [`PATCH ${one}/clickhouseSettings`]: { result: { settings: { [entry.name]: 0 }, warnings: [] } },
    [`GET ${one}/upgradeWindow`]: none,
    [`GET ${one}/backupConfiguration`]: { result: { backupPeriodInHours: 24, backupRetentionPeriodInHours: 24 } },
  });
  const { user } = renderPage(`${path}/settings`, ada);
  await user.click(await screen.findByRole('button', { name: `Change ${entry.name}` }));
  expect(await screen.findByRole('combobox', { name: 'Value 0 (off)' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await sent(asked, 'PATCH')).toEqual({ settings: { [entry.name]: 0 } });
});

it('tells which settings are as ClickHouse has them by itself and which every service gets, in readable words, and asks for an upgrade window once', async () => {
  const schema = [
    { name: 'compatibility', type: 'string', description: 'Uses the [defaults](/settings) of an older `version`. More follows.' },
    { name: 'max_concurrent_queries_for_user', type: 'integer', description: 'The most queries per user.', example: '0' },
    { name: 'async_insert', type: 'boolean', description: 'Whether `INSERT` waits.', example: '1', enum: [0, 1] },
    { name: 'max_threads', type: 'integer', description: '', example: '8' },
  ];
  const settings = [{ name: 'compatibility', value: '26.7' }, { name: 'max_threads', value: 4 }, { name: 'async_insert', value: true }, { name: 'max_concurrent_queries_for_user', value: '0' }];
  const asked = answers({
    [`GET ${one}`]: { result: someService() },
    [`GET ${one}/clickhouseSettings`]: { result: { settings } },
    [`GET ${one}/clickhouseSettings/schema`]: { result: { settings: schema } },
    [`GET ${one}/upgradeWindow`]: none,
    [`GET ${one}/backupConfiguration`]: { result: { backupPeriodInHours: 24, backupRetentionPeriodInHours: 24 } },
    [`PATCH ${one}`]: { result: someService({ releaseChannel: 'slow' }) },
  });
  const { user } = renderPage(`${path}/settings`, ada);
  const row = async (name: string) => (await screen.findByText(name)).closest('li');
  expect(await screen.findByText('Uses the defaults of an older version.')).toBeVisible();
  expect(await row('compatibility')).toHaveTextContent('Every service gets this from Gatehouse when it first runs');
  expect(await row('max_threads')).not.toHaveTextContent(/own|gets this/);
  for (const name of ['async_insert', 'max_concurrent_queries_for_user']) expect(await row(name)).toHaveTextContent('Same as ClickHouse’s own');
  await user.click(screen.getByRole('radio', { name: /^Slow/ })); // a change of the service brings everything about it up to date
  expect(await screen.findByText('The release channel is saved')).toBeVisible();
  const tabs = within(screen.getByRole('navigation', { name: 'orders' }));
  await user.click(tabs.getByRole('link', { name: 'Overview' }));
  await screen.findByRole('heading', { name: 'Details' });
  await user.click(tabs.getByRole('link', { name: 'Settings' }));
  await waitFor(() => expect(screen.getByRole('combobox', { name: 'Day Any time' })).toBeVisible());
  expect(asked.filter(({ url }) => url.endsWith('/upgradeWindow'))).toHaveLength(1);
});

it('shows what is in force where that is not what was asked for, and why', async () => {
  const { currentScaling } = someService();
  const entry = { id: 'e', name: 'Nights', weekdays: [0], startHourUtc: 0, endHourUtc: 24, autoscalingMode: 'vertical' as const, isActiveNow: true };
  const less = someService({
    minReplicaMemoryGb: 32, maxReplicaMemoryGb: 1024, numReplicas: 3, scalingSchedule: { entries: [entry], baseConfig: {} },
    currentScaling: { ...currentScaling, activeEntryId: 'e', effectiveMinReplicaMemoryGb: 23, effectiveMaxReplicaMemoryGb: 23, effectiveIdleScaling: false },
  });
  const memory = 'Up to 1,024 GB were asked for: the machine of this Gatehouse has 23 GB.';
  const replicas = '3 replicas were asked for: this Gatehouse runs one process for a service.';
  const opened = (place: string, result: ReturnType<typeof someService>) => {
    answers({ [`GET ${one}`]: { result }, [`GET /v1/organizations/${organizationId}/activities`]: { result: [], limit: 10, nextCursor: null } });
    return renderPage(path + place, ada);
  };
  let page = opened('/scaling', less);
  expect(await screen.findByRole('heading', { name: 'In force now' })).toBeVisible();
  for (const why of [memory, replicas]) expect(screen.getByText(why)).toBeVisible();
  page.unmount();
  page = opened('', less);
  const value = async (term: string) => (await screen.findByText(term, { selector: 'dt' })).nextElementSibling;
  expect(await value('Size')).toHaveTextContent(`32–1,024 GB, 3 replicasIn force now: 23 GB, 1 replicaThe schedule entry “Nights” says so.${memory}${replicas}`);
  expect(await value('Sleep')).toHaveTextContent('After 15 minutes without a queryIn force now: NeverThe schedule entry “Nights” says so.');
  page.unmount();
  page = opened('', someService());
  expect(await value('Size')).toHaveTextContent(/^8–16 GB, 1 replica$/);
  expect(await value('Sleep')).toHaveTextContent(/^After 15 minutes without a query$/);
});

it('says of a service that does not run with what it would start', async () => {
  answers({ [`GET ${one}`]: { result: someService({ state: 'stopped', numReplicas: 3 }) }, [`GET /v1/organizations/${organizationId}/activities`]: { result: [], limit: 10, nextCursor: null } });
  const { user } = renderPage(`${path}/scaling`, ada);
  expect(await screen.findByRole('heading', { name: 'In force when it starts' })).toBeVisible();
  expect(screen.queryByText(/In force now/)).toBeNull();
  await user.click(screen.getByRole('link', { name: 'Overview' }));
  expect(await screen.findByText('In force when it starts:', { exact: false })).toHaveTextContent('In force when it starts: 8–16 GB, 1 replica');
});

it('makes a new password, which is shown once', async () => {
  const password = ['pQ7w', 'new-one'].join('.');
  const asked = answers({ [`GET ${one}`]: { result: someService() }, [`PATCH ${one}/password`]: { result: { password } }, 'GET /ca.pem': none });
  const { user } = renderPage(`${path}/security`, ada);
  await user.click(await screen.findByRole('button', { name: 'New password' }));
  await user.click(screen.getByRole('button', { name: 'Make a new password' }));
  expect(await screen.findByRole('textbox', { name: 'Password' })).toHaveValue(password);
  expect(await sent(asked, 'PATCH')).toEqual({});
  await user.keyboard('{Escape}');
  expect(await screen.findByRole('dialog', { name: 'Leave without the password?' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Leave anyway' }));
  await waitFor(() => expect(document.body).not.toHaveTextContent(password));
});

it('replaces the address list in one step, and keeps its order', async () => {
  const list = [{ source: '203.0.113.0/24', description: 'office' }, { source: '198.51.100.9' }];
  const asked = answers({ [`GET ${one}`]: { result: someService({ ipAccessList: list }) }, [`PATCH ${one}`]: { result: someService({ ipAccessList: list }) } });
  const { user } = renderPage(`${path}/security`, ada);
  await user.click(await screen.findByRole('button', { name: 'Remove location 2' }));
  await user.click(screen.getByRole('button', { name: 'Add my address' }));
  await user.click(screen.getByRole('button', { name: 'Save changes' }));
  expect(await screen.findByText('The list is saved')).toBeVisible();
  expect(await sent(asked, 'PATCH')).toEqual({ ipAccessList: { remove: list, add: [list[0], { source: '203.0.113.7', description: 'My address' }] } });
});
