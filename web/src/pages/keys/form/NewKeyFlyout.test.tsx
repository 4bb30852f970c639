import { screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId } from '@/test/renderPage';

import { NewKeyFlyout } from '.';
import { keyId, keysPath, renderForm, roleIds, rolesAnswer } from './testForm';

const made = {
  result: { key: { id: keyId, name: 'ci deploy' }, keyId: 'theTwentyLettersOfId', keySecret: '4b1dTheSecretThatIsShownOnce' },
};
const secret = made.result.keySecret;

function Page() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <h1>Keys</h1>
      <button onClick={() => setOpen(true)}>Open</button>
      <NewKeyFlyout organizationId={organizationId} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

async function openForm() {
  const view = renderForm(Page);
  await view.user.click(await screen.findByRole('button', { name: 'Open' }));
  const generate = () => view.user.click(screen.getByRole('button', { name: 'Generate API Key' }));
  const name = (text: string) => view.user.type(screen.getByRole('textbox', { name: 'Name' }), text);
  const choose = async (field: RegExp, option: RegExp) => {
    await view.user.click(screen.getByRole('combobox', { name: field }));
    await view.user.click(await screen.findByRole('option', { name: option }));
  };
  return { ...view, generate, name, choose };
}

async function openSecret() {
  const asked = answers({ ...rolesAnswer, [`POST ${keysPath}`]: made });
  const view = await openForm();
  await view.name('ci deploy');
  await view.generate();
  await screen.findByRole('heading', { name: 'The credentials of ci deploy' });
  return { ...view, asked };
}

const posts = (asked: Request[]) => asked.filter((request) => request.method === 'POST');

it('makes a key for Query API endpoints, for two locations and a month, and says beforehand what it will do', async () => {
  const asked = answers({ ...rolesAnswer, [`POST ${keysPath}`]: made });
  const { user, name, generate, choose } = await openForm();
  await name(' ci deploy ');
  await user.click(screen.getByRole('button', { name: 'Choose these' }));
  expect(screen.getByRole('combobox', { name: 'Service role Basic service API reader' })).toHaveFocus();
  expect(screen.getByRole('radio', { name: /All services/ })).toBeChecked();
  expect(screen.getByRole('radio', { name: /Specific services/ })).toBeDisabled();
  await choose(/Expiration/, /^30 days/);
  await user.click(screen.getByRole('radio', { name: /Specific locations/ }));
  await user.click(screen.getByRole('button', { name: 'Add my address' }));
  await user.click(screen.getByRole('button', { name: 'Add location' }));
  await user.keyboard(' 2001:db8::/32 ');
  expect(screen.getByText(/^Can use Query API endpoints, only from 2 locations, until /)).toBeVisible();
  await generate();
  await screen.findByRole('heading', { name: /credentials/ });

  const body = (await posts(asked)[0]?.json()) as { expireAt: string };
  expect(body).toMatchObject({
    name: 'ci deploy',
    assignedRoleIds: [roleIds.Member, roleIds['Basic service API reader']],
    ipAccessList: [{ source: '203.0.113.7', description: 'My address' }, { source: '2001:db8::/32' }],
  });
  const days = (Date.parse(body.expireAt) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(30);
});

it('refuses what cannot be right before anything is sent, each beside its field', async () => {
  const asked = answers(rolesAnswer);
  const { user, generate, choose } = await openForm();
  await choose(/Expiration/, /^On a date/);
  await user.type(screen.getByLabelText('Last day'), '2020-01-01');
  await user.click(screen.getByRole('radio', { name: /Specific locations/ }));
  await user.type(screen.getByRole('textbox', { name: /^IP address or range/ }), '203.0.113.0/33');
  await generate();
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription('Enter a name.');
  expect(screen.getByLabelText('Last day')).toHaveAccessibleDescription(/^Choose today or a later day/);
  expect(screen.getByRole('textbox', { name: /^IP address or range/ })).toHaveAccessibleDescription(/^This is not an IP address or CIDR range/);

  await user.click(screen.getByRole('button', { name: 'Remove location 1' }));
  await generate();
  expect(await screen.findByText(/^Add a location: without one, nobody could use the key/)).toBeVisible();
  expect(posts(asked)).toEqual([]);
});

it('tells a wrong address while it is typed', async () => {
  answers(rolesAnswer);
  const { user } = await openForm();
  await user.click(screen.getByRole('radio', { name: /Specific locations/ }));
  const address = screen.getByRole('textbox', { name: /^IP address or range/ });
  await user.type(address, 'office');
  await waitFor(() => expect(address).toBeInvalid(), { timeout: 3_000 });
  await user.clear(address);
  await user.type(address, '::1');
  await waitFor(() => expect(address).toBeValid());
});

it("shows the server's refusals beside the fields they are about, and keeps what was typed", async () => {
  const refusals = [
    failure(400, 'BAD_REQUEST: ipAccessList[1].source: expected an IPv4 or IPv6 address'),
    failure(403, 'FORBIDDEN: The role "Admin" allows more than ada@example.com may do, and nobody grants what they do not hold'),
    failure(400, 'BAD_REQUEST: name: expected a name'),
    failure(400, 'BAD_REQUEST: The organization has 1000 API keys, which is its quota'),
  ];
  answers({ ...rolesAnswer, [`POST ${keysPath}`]: () => refusals.shift() });
  const { user, name, generate, choose } = await openForm();
  await name('ci deploy');
  await choose(/Organization role/, /^Admin/);
  await user.click(screen.getByRole('radio', { name: /Specific locations/ }));
  await user.keyboard('{Tab}10.0.0.1');
  await user.click(screen.getByRole('button', { name: 'Add location' }));
  await user.keyboard('10.0.0.2');

  await generate();
  await waitFor(() => expect(screen.getByRole('textbox', { name: 'IP address or range 2' })).toHaveAccessibleDescription(/^Expected an IPv4/));
  await generate();
  const role = screen.getByRole('combobox', { name: 'Organization role Admin' });
  await waitFor(() => expect(role).toHaveAccessibleDescription('You cannot grant Admin: it allows more than you may do yourself.'));
  await generate();
  await waitFor(() => expect(screen.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription('Expected a name'));
  await generate();
  expect(await screen.findByRole('alert')).toHaveTextContent('The key was not generatedThe organization has 1000 API keys');
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('ci deploy');
  expect(screen.getByRole('textbox', { name: 'IP address or range 2' })).toHaveValue('10.0.0.2');
});

it('does not repeat a request without an answer: nobody knows whether the key was made', async () => {
  const asked = answers({ ...rolesAnswer, [`POST ${keysPath}`]: () => Promise.reject(new TypeError('Failed to fetch')) });
  const { name, generate } = await openForm();
  await name('ci deploy');
  await generate();
  expect(await screen.findByRole('alert')).toHaveTextContent('It is not known whether the key was generated');
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('ci deploy');
  expect(posts(asked)).toHaveLength(1);
});

it('shows key ID and secret, ready to be used with this server', async () => {
  const { user } = await openSecret();
  expect(screen.getByRole('heading', { name: 'The credentials of ci deploy' })).toHaveFocus();
  expect(screen.getByRole('textbox', { name: 'Key ID' })).toHaveValue('theTwentyLettersOfId');
  expect(screen.getByRole('textbox', { name: 'Key secret' })).toHaveValue(secret);
  expect(screen.getByRole('region', { name: 'curl command' })).toHaveTextContent(
    `curl --user theTwentyLettersOfId:${secret} \\ ${location.origin}/v1/organizations`,
  );
  screen.getByRole('tab', { name: 'curl' }).focus();
  await user.keyboard('{ArrowRight}');
  expect(screen.getByRole('tab', { name: 'Terraform' })).toHaveFocus();
  expect(screen.getByRole('region', { name: /Terraform/ })).toHaveTextContent(`export CLICKHOUSE_API_URL=${location.origin}/v1`);
});

it('asks before it closes while the key was not taken along, whichever way somebody leaves', async () => {
  const { user, router, leavePage } = await openSecret();
  const question = () => screen.queryByRole('dialog', { name: 'Close without the secret?' });
  const goBack = async () => {
    const dialog = await screen.findByRole('dialog', { name: 'Close without the secret?' });
    await user.click(within(dialog).getByRole('button', { name: 'Go back' }));
    await waitFor(() => expect(question()).toBeNull());
    expect(screen.getByRole('textbox', { name: 'Key secret' })).toHaveValue(secret);
  };
  await user.keyboard('{Escape}');
  await goBack();
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await goBack();
  await user.click(screen.getByRole('button', { name: 'Close' }));
  await goBack();
  leavePage();
  await goBack();
  expect(router.state.location.pathname).toBe('/');

  // The key ID alone is of no use.
  await user.click(screen.getByRole('button', { name: 'Copy Key ID' }));
  await user.click(screen.getByRole('button', { name: 'Done' }));
  expect(await screen.findByText(/^You have copied the Key ID, but not the Key secret/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Close anyway' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('closes at once when the key was copied', async () => {
  const { user } = await openSecret();
  await user.click(screen.getByRole('button', { name: 'Copy Key ID' }));
  await user.click(screen.getByRole('button', { name: 'Copy Key secret' }));
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

it('downloads an .env file named like the key, then closes at once', async () => {
  const files: Blob[] = [];
  const revoke = vi.fn();
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: (blob: Blob) => `blob:${files.push(blob)}`, revokeObjectURL: revoke }));
  const names: string[] = [];
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  const { user } = await openSecret();
  await user.click(screen.getByRole('button', { name: 'Download .env' }));
  expect(names).toEqual(['ci-deploy.env']);
  expect(await textOf(files[0])).toBe(`KEY_ID=theTwentyLettersOfId\nKEY_SECRET=${secret}\n`);
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(revoke).toHaveBeenCalledWith('blob:1'), { timeout: 2_000 });
  click.mockRestore();
});

it('keeps the secret nowhere once it is closed', async () => {
  const { user, queryClient, router } = await openSecret();
  await user.click(screen.getByRole('button', { name: 'Copy curl command' }));
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const cached = [...queryClient.getQueryCache().getAll(), ...queryClient.getMutationCache().getAll()].map(({ state }) => state);
  const places = [
    document.documentElement.outerHTML,
    ...Array.from(document.querySelectorAll('input'), ({ value }) => value),
    JSON.stringify(cached),
    JSON.stringify(router.state.location),
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
  ];
  for (const place of places) expect(place).not.toContain(secret);

  await user.click(screen.getByRole('button', { name: 'Open' }));
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('');
});

/** jsdom's Blob has no text(). */
function textOf(file: Blob | undefined): Promise<unknown> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    if (file) reader.readAsText(file);
  });
}
