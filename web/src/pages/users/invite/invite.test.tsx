import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { knownRoleIds } from '@/pages/keys/form/roles';
import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

const path = `/organizations/${organizationId}/users/invitations`;
const api = `/v1/organizations/${organizationId}`;
const may = ['control-plane:organization:view', 'control-plane:organization:manage'];
const answer = (result: unknown) => ({ status: 200, requestId: 'r', result });
const roles = answer([...knownRoleIds].map(([name, id]) => ({ id, name, type: 'system', policies: [] })));

type Sent = { email: string; assignedRoleIds: string[] };

async function openDialog(user: ReturnType<typeof renderPage>['user'], text: string) {
  await user.click(await screen.findByRole('button', { name: 'Invite people' }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByRole('checkbox', { name: 'Member' })).toBeChecked();
  await user.click(within(dialog).getByLabelText('E-mail addresses'));
  await user.paste(text);
  return dialog;
}

/** Answers by address, as a Gatehouse does whose mail server takes some mails only. */
async function invite(request: Request) {
  const { email } = (await request.json()) as Sent;
  if (email === 'member@example.com') return failure(409, 'CONFLICT: email: "member@example.com" is a member of the organization already');
  const mailState = email.startsWith('sent') ? 'sent' : email.startsWith('bounced') ? 'failed' : 'off';
  return answer({ id: email.split('@')[0], email, mailState });
}

it('says what became of each address, with the link where no mail was sent, and tries only those again that failed', async () => {
  const asked = answers({
    [`GET ${api}/roles`]: roles,
    [`GET ${api}/invitations`]: answer([]),
    [`POST ${api}/invitations`]: invite,
    [`POST ${api}/invitations/bounced/link`]: answer({ url: '/invitation#token-of-bounced', expireAt: '2026-11-30T12:00:00Z' }),
    [`POST ${api}/invitations/off/link`]: answer({ url: 'https://elsewhere.example/invitation#token-of-off', expireAt: '2026-11-30T12:00:00Z' }),
  });
  const { user, queryClient } = renderPage(path, signedIn(...may));
  const dialog = await openDialog(user, 'sent@example.com, Member <member@example.com>\nbounced@example.com\noff@example.com, SENT@example.com');
  await user.click(within(dialog).getByRole('button', { name: 'Invite 4 people' }));
  const row = async (email: string) => {
    const item = (await within(dialog).findAllByRole('listitem')).find((each) => each.textContent.includes(email));
    if (!item) throw new Error(`no row of ${email}`);
    return within(item);
  };
  expect(await within(dialog).findByText(/3 of 4 people invited/)).toBeVisible();
  expect((await row('sent@example.com')).getByText('Mail sent')).toBeVisible();
  expect((await row('bounced@example.com')).getByText('The mail could not be sent')).toBeVisible();
  expect(within(dialog).getByLabelText('Invitation link for bounced@example.com')).toHaveValue(`${location.origin}/invitation#token-of-bounced`);
  expect(within(dialog).getByLabelText('Invitation link for off@example.com')).toHaveValue(`${location.origin}/invitation#token-of-off`);
  const failed = within(dialog).getByLabelText('Not invited: member@example.com');
  expect(failed).toHaveAccessibleDescription('This person is a member already.');
  expect(JSON.stringify(queryClient.getQueryCache().getAll().map(({ state }) => state.data))).not.toContain('token-of');

  await user.clear(failed);
  await user.type(failed, 'sent-too@example.com{Enter}');
  expect(await within(dialog).findByText(/4 of 4 people invited/)).toBeVisible();
  expect(within(dialog).getByLabelText('Invitation link for off@example.com')).toBeVisible();
  const sent = await Promise.all(asked.filter(({ method, url }) => method === 'POST' && url.endsWith('/invitations')).map((request) => request.json() as Promise<Sent>));
  expect(sent.map(({ email }) => email)).toEqual(['sent@example.com', 'member@example.com', 'bounced@example.com', 'off@example.com', 'sent-too@example.com']);
  expect(sent.every(({ assignedRoleIds }) => assignedRoleIds.join() === knownRoleIds.get('Member'))).toBe(true);
});

it('has the system roles before the list of roles comes, so that nothing moves under the pointer then', async () => {
  const asked = answers({
    [`GET ${api}/roles`]: () => new Promise(() => undefined),
    [`GET ${api}/invitations`]: answer([]),
    [`POST ${api}/invitations`]: () => new Promise(() => undefined),
  });
  const { user } = renderPage(path, signedIn(...may));
  const dialog = await openDialog(user, 'ada@example.com');
  expect(within(dialog).getAllByRole('checkbox')).toHaveLength(knownRoleIds.size);
  await user.click(within(dialog).getByRole('checkbox', { name: 'Billing' }));
  await user.click(within(dialog).getByRole('button', { name: 'Invite 1 person' }));
  const sent = await waitFor(() => asked.find(({ method }) => method === 'POST') ?? Promise.reject(new Error('nothing is sent')));
  expect(((await sent.json()) as Sent).assignedRoleIds).toEqual([knownRoleIds.get('Member'), knownRoleIds.get('Billing')]);
});

it('names what is no address before it asks the server', async () => {
  const asked = answers({ [`GET ${api}/roles`]: roles, [`GET ${api}/invitations`]: answer([]) });
  const { user } = renderPage(path, signedIn(...may));
  const dialog = await openDialog(user, 'ada@example.com, grace');
  await user.click(within(dialog).getByRole('button', { name: 'Invite 2 people' }));
  expect(within(dialog).getByLabelText('E-mail addresses')).toHaveAccessibleDescription(/^This is not an e-mail address: grace/);
  expect(asked.some(({ method }) => method === 'POST')).toBe(false);
});

it('goes back to the roles when they are what is refused', async () => {
  answers({
    [`GET ${api}/roles`]: roles,
    [`GET ${api}/invitations`]: answer([]),
    [`POST ${api}/invitations`]: () => failure(403, 'FORBIDDEN: The role "Admin" allows more than ada@example.com may do, and nobody grants what they do not hold'),
  });
  const { user } = renderPage(path, signedIn(...may));
  const dialog = await openDialog(user, 'ada@example.com');
  await user.click(within(dialog).getByRole('checkbox', { name: 'Admin' }));
  await user.click(within(dialog).getByRole('button', { name: 'Invite 1 person' }));
  await waitFor(() => expect(within(dialog).getByRole('group', { name: 'Roles' })).toHaveAccessibleDescription(/You cannot grant Admin/));
  expect(within(dialog).getByLabelText('E-mail addresses')).toHaveValue('ada@example.com');
});

it('makes a new link for a pending invitation, and revokes it', async () => {
  const pending = { id: 'i1', email: 'alan@example.com', assignedRoles: [], invitedBy: { actorType: 'user', actorDetails: 'ada@example.com' }, expireAt: '2026-11-30T12:00:00Z', createdAt: '2026-11-23T12:00:00Z', mailState: 'off' };
  let there = true;
  answers({
    [`GET ${api}/invitations`]: () => answer(there ? [pending] : []),
    [`POST ${api}/invitations/i1/link`]: answer({ url: '/invitation#token', expireAt: pending.expireAt }),
    [`DELETE ${api}/invitations/i1`]: () => {
      there = false;
      return { status: 200, requestId: 'r' };
    },
  });
  const { user } = renderPage(path, signedIn(...may));
  const menu = async (item: string) => {
    await user.click(await screen.findByRole('button', { name: 'Actions for alan@example.com' }));
    await user.click(await screen.findByRole('menuitem', { name: item }));
  };
  await menu('Copy link');
  expect(await screen.findByLabelText('Link')).toHaveValue(`${location.origin}/invitation#token`);
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await menu('Revoke');
  await user.click(await screen.findByRole('button', { name: 'Revoke invitation' }));
  expect(await screen.findByRole('heading', { name: 'No pending invitations' })).toBeVisible();
});
