import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import type { SessionAnswer } from '@/api';
import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn, signedOut } from '@/test/renderPage';

const token = 'hR4NgMRvbCmpRCDNHtpjIRGInexo';
const page = `/invitation#${token}`;
const invitation = { kind: 'invitation', email: 'ada@example.com', organization: 'Analytical Engines', roles: ['Member', 'Billing'], hasAccount: true };
const elsewhere = { id: '00000000-0000-4000-8000-000000000001', name: 'Looms', permissions: [], servicePermissions: {}, roles: [] };
/** Ada before she joins. */
const before: SessionAnswer = { ...signedIn(), organizations: [elsewhere] };
const after: SessionAnswer = { ...signedIn(), organizations: [elsewhere, ...signedIn().organizations] };

async function expectJoined(router: ReturnType<typeof renderPage>['router']) {
  await waitFor(() => expect(router.state.location.pathname).toBe(`/organizations/${organizationId}/keys`));
}

it('makes an account for somebody new, and takes the token out of the address', async () => {
  const asked = answers({ 'POST /auth/link': { ...invitation, hasAccount: false }, 'POST /auth/invitation': signedIn() });
  const { user, router, queryClient } = renderPage(page, signedOut);
  expect(await screen.findByText(/ada@example.com is invited, with the roles Member and Billing/)).toBeVisible();
  expect(router.history.location.href).toBe('/invitation');
  expect(JSON.stringify(queryClient.getQueryCache().getAll().map(({ queryKey, state }) => [queryKey, state.data]))).not.toContain(token);
  await user.type(screen.getByLabelText('Your name'), 'Ada Lovelace');
  await user.type(screen.getByLabelText('Password'), 'correct horse 1{Enter}');
  await expectJoined(router);
  expect(await asked.find(({ url }) => url.endsWith('/invitation'))?.json()).toEqual({ token, name: 'Ada Lovelace', password: 'correct horse 1' });
});

it('lets who has an account sign in, with the second factor, and joins at once', async () => {
  const asked = answers({
    'POST /auth/link': invitation,
    'POST /auth/sign-in': async (request: Request) => {
      const { code } = (await request.json()) as { code?: string };
      return code ? before : failure(401, 'UNAUTHENTICATED: code: enter the code of your authenticator app');
    },
    'POST /auth/invitations/accept': after,
    'GET /auth/session': signedOut,
  });
  const { user, router } = renderPage(page, signedOut);
  expect(await screen.findByLabelText('E-mail address')).toHaveAttribute('readonly');
  await user.type(screen.getByLabelText('Password'), 'correct horse 1{Enter}');
  await user.type(await screen.findByLabelText('Code of the authenticator app'), '123456{Enter}');
  await expectJoined(router);
  expect(await asked.find(({ url }) => url.endsWith('/accept'))?.json()).toEqual({ token });
});

it('takes one click of the invited person, and tells what went wrong', async () => {
  const outcomes = [failure(409, 'CONFLICT: Somebody was faster'), after];
  answers({ 'POST /auth/link': invitation, 'POST /auth/invitations/accept': () => outcomes.shift() });
  const { user, router } = renderPage(page, before);
  const join = await screen.findByRole('button', { name: 'Join “Analytical Engines”' });
  await user.click(join);
  expect(await screen.findByRole('alert')).toHaveTextContent('Somebody was faster');
  await user.click(join);
  await expectJoined(router);
});

it('signs somebody else out without losing the invitation', async () => {
  answers({ 'POST /auth/link': { ...invitation, email: 'grace@example.com' }, 'POST /auth/sign-out': {}, 'GET /auth/session': signedOut });
  const { user } = renderPage(page, before);
  expect(await screen.findByText(/invites grace@example.com .* signed in as ada@example.com/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Sign out and continue' }));
  expect(await screen.findByLabelText('E-mail address')).toHaveValue('grace@example.com');
});

it('tells kindly that an invitation does not work any more', async () => {
  answers({ 'POST /auth/link': failure(404, 'NOT_FOUND: token: this link is not known, was used or has expired: ask for a new one') });
  renderPage(page, signedOut);
  expect(await screen.findByRole('heading', { name: 'This invitation does not work any more' })).toBeVisible();
});

it('opens at the address of the set-up, too', async () => {
  answers({ 'POST /auth/link': { ...invitation, hasAccount: false } });
  renderPage(`/setup#${token}`, signedOut);
  expect(await screen.findByRole('button', { name: 'Create account and join' })).toBeVisible();
});
