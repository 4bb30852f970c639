import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn, signedOut } from '@/test/renderPage';

const wanted = `/organizations/${organizationId}/services`;
const page = `/sign-in?to=${encodeURIComponent(wanted)}`;

type Sent = { email: string; password: string; code?: string };

async function fillIn(user: ReturnType<typeof renderPage>['user'], password: string) {
  await user.type(await screen.findByLabelText('E-mail address'), 'ada@example.com');
  await user.type(screen.getByLabelText('Password'), `${password}{Enter}`);
}

it('goes where one wanted to go', async () => {
  const asked = answers({ 'POST /auth/sign-in': signedIn() });
  const { user, router } = renderPage(page, signedOut);
  await fillIn(user, 'correct horse');
  await waitFor(() => expect(router.state.location.pathname).toBe(wanted));
  expect(await asked[0]?.json()).toEqual({ email: 'ada@example.com', password: 'correct horse' });
});

it('asks for the code once the password is right, and says beside the field when it is wrong', async () => {
  answers({
    'POST /auth/sign-in': async (request: Request) => {
      const { code } = (await request.json()) as Sent;
      if (!code) return failure(401, 'UNAUTHENTICATED: code: enter the code of your authenticator app');
      return code === '123456' ? signedIn() : failure(401, 'UNAUTHENTICATED: code: this code is not right');
    },
    'GET /auth/session': signedOut,
  });
  const { user, router } = renderPage(page, signedOut);
  await fillIn(user, 'correct horse');
  const code = await screen.findByLabelText('Code of the authenticator app');
  expect(code).toHaveFocus();
  expect(code).toHaveAttribute('autocomplete', 'one-time-code');
  await user.type(code, '000000{Enter}');
  await waitFor(() => expect(code).toHaveAccessibleDescription(/^This code is not right/));
  await user.clear(code);
  await user.type(code, '123456{Enter}');
  await waitFor(() => expect(router.state.location.pathname).toBe(wanted));
});

it('shows the new recovery code once, and asks before one leaves without it', async () => {
  answers({
    'POST /auth/sign-in': async (request: Request) => {
      const { code } = (await request.json()) as Sent;
      return code ? { ...signedIn(), recoveryCode: 'ABCDE-FGHIJ-KLMNO-PQRST-UVWXY' } : failure(401, 'UNAUTHENTICATED: code: enter the code of your authenticator app');
    },
    'GET /auth/session': signedOut,
  });
  const { user, router, queryClient } = renderPage(page, signedOut);
  await fillIn(user, 'correct horse');
  await user.click(await screen.findByRole('button', { name: 'Use the recovery code instead' }));
  await user.type(screen.getByLabelText('Recovery code'), 'the old one{Enter}');
  expect(await screen.findByText('ABCDE-FGHIJ-KLMNO-PQRST-UVWXY')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Continue to Gatehouse' }));
  await user.click(await screen.findByRole('button', { name: 'Stay here' }));
  expect(router.state.location.pathname).toBe('/sign-in');
  await user.click(screen.getByRole('button', { name: 'Copy Recovery code' }));
  await user.click(screen.getByRole('button', { name: 'Continue to Gatehouse' }));
  await waitFor(() => expect(router.state.location.pathname).toBe(wanted));
  const cached = queryClient.getQueryCache().getAll().map(({ state }) => state.data);
  expect(JSON.stringify(cached)).not.toContain('ABCDE');
});

it('does not say which of the two was wrong', async () => {
  answers({ 'POST /auth/sign-in': failure(401, 'UNAUTHENTICATED: The e-mail address or the password is not right'), 'GET /auth/session': signedOut });
  const { user } = renderPage(page, signedOut);
  await fillIn(user, 'wrong');
  expect(await screen.findByRole('alert')).toHaveTextContent('The e-mail address or the password is not right.');
  expect(screen.getByLabelText('Password')).toHaveFocus();
});

it('tells in words how long to wait after too many attempts', async () => {
  answers({ 'POST /auth/sign-in': failure(429, 'TOO_MANY_REQUESTS: There were too many attempts to sign in: wait and try again', { 'Retry-After': '130' }) });
  const { user } = renderPage(page, signedOut);
  await fillIn(user, 'wrong');
  expect(await screen.findByRole('alert')).toHaveTextContent('Try again in 3 minutes.');
});

it('tells how to begin when nobody is set up yet', async () => {
  answers({});
  renderPage('/sign-in', { ...signedOut, setUp: false });
  expect(await screen.findByText('gatehouse setup-link')).toBeVisible();
  expect(screen.queryByLabelText('Password')).toBeNull();
});

it('leads to providers with where one wanted to go, and tells what went wrong with one', async () => {
  answers({});
  renderPage(`${page}&problem=unverified`, { ...signedOut, providers: [{ id: 'corp', name: 'Example Corp' }] });
  expect(await screen.findByRole('alert')).toHaveTextContent('does not confirm your e-mail address');
  expect(screen.getByRole('link', { name: 'Continue with Example Corp' })).toHaveAttribute('href', `/auth/oidc/corp?to=${encodeURIComponent(wanted)}`);
});

it('mails a link to who has forgotten their password, and does not say whether there is an account', async () => {
  const asked = answers({ 'POST /auth/forgot': {} });
  const { user } = renderPage(page, { ...signedOut, sendsMail: true });
  await user.type(await screen.findByLabelText('E-mail address'), 'ada@example.com');
  await user.click(screen.getByRole('button', { name: 'Forgot your password?' }));
  expect(await screen.findByLabelText('E-mail address')).toHaveValue('ada@example.com');
  await user.click(screen.getByRole('button', { name: 'Send the link' }));
  expect(await screen.findByText(/If there is an account with the address ada@example.com/)).toHaveFocus();
  expect(await asked[0]?.json()).toEqual({ email: 'ada@example.com' });
});
