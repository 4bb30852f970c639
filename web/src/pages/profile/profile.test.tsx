import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { renderPage, signedIn } from '@/test/renderPage';

const browser = { id: 's1', createdAt: '2026-11-22T12:00:00Z', lastUsedAt: '2026-11-22T12:30:00Z', expireAt: '2099-01-01T00:00:00Z', address: '203.0.113.7' };
const sessions = {
  sessions: [
    { ...browser, id: 's2', current: false, userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
    { ...browser, current: true, userAgent: 'curl/8.5.0' },
  ],
};

it('says beside the current password that it is wrong', async () => {
  answers({ 'GET /auth/sessions': sessions, 'POST /auth/password': failure(400, 'BAD_REQUEST: currentPassword: this is not your password') });
  const { user } = renderPage('/profile', signedIn());
  await user.type(await screen.findByLabelText('Current password'), 'wrong');
  await user.type(screen.getByLabelText('New password'), 'correct horse 1{Enter}');
  await waitFor(() => expect(screen.getByLabelText('Current password')).toHaveAccessibleDescription('This is not your password.'));
});

it('turns the second factor on in three steps, and asks before one leaves without the recovery code', async () => {
  const asked = answers({
    'GET /auth/sessions': sessions,
    'GET /auth/session': signedIn(),
    'POST /auth/second-factor': { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x', picture: 'data:image/png;base64,' },
    'POST /auth/second-factor/confirm': { recoveryCode: 'ABCDE-FGHIJ' },
  });
  const { user } = renderPage('/profile', signedIn());
  await user.click(await screen.findByRole('button', { name: 'Set up second factor' }));
  await user.type(within(await screen.findByRole('dialog')).getByLabelText('Password'), 'correct horse{Enter}');
  expect(await screen.findByRole('img', { name: /QR code/ })).toBeVisible();
  await user.type(screen.getByLabelText('Code of the authenticator app'), '123456{Enter}');
  expect(await screen.findByText('ABCDE-FGHIJ')).toBeVisible();
  const confirm = asked.find(({ url }) => url.endsWith('/confirm'));
  expect(await confirm?.json()).toEqual({ password: 'correct horse', secret: 'JBSWY3DPEHPK3PXP', code: '123456' });
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await user.click(await screen.findByRole('button', { name: 'Leave anyway' }));
  await waitFor(() => expect(screen.queryByText('ABCDE-FGHIJ')).toBeNull());
});

it('lists the browsers in words and ends one, but not the one that asks', async () => {
  const asked = answers({ 'GET /auth/sessions': sessions, 'DELETE /auth/sessions/s2': {} });
  const { user } = renderPage('/profile', signedIn());
  const here = await screen.findByRole('row', { name: /curl/ });
  expect(within(here).getByText('This one')).toBeVisible();
  expect(within(here).queryByRole('button')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'End session: Firefox on Linux, 203.0.113.7' }));
  await waitFor(() => expect(asked.some(({ method }) => method === 'DELETE')).toBe(true));
});
