import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { renderPage, signedIn, signedOut } from '@/test/renderPage';

const token = 'hR4NgMRvbCmpRCDNHtpjIRGInexo';
const setupLink = { kind: 'setup', organization: 'Analytical Engines' };

it('takes the token out of the address at once and keeps it out of the cache', async () => {
  const asked = answers({ 'POST /auth/link': setupLink });
  const { router, queryClient } = renderPage(`/setup#${token}`, signedOut);
  expect(await screen.findByText(/administrator of “Analytical Engines”/)).toBeVisible();
  expect(router.state.location.hash).toBe('');
  expect(router.history.location.href).toBe('/setup');
  expect(await asked[0]?.json()).toEqual({ token });
  const cached = queryClient.getQueryCache().getAll().map(({ queryKey, state }) => [queryKey, state.data]);
  expect(JSON.stringify(cached)).not.toContain(token);
});

it('ticks off what the password has, and sends nothing before it has all', async () => {
  const asked = answers({ 'POST /auth/link': setupLink, 'POST /auth/setup': signedIn() });
  const { user, router } = renderPage(`/setup#${token}`, signedOut);
  const password = await screen.findByLabelText('Password');
  const met = () => screen.queryAllByRole('img', { name: 'Fulfilled:' }).map((mark) => mark.parentElement?.textContent);
  expect(met()).toEqual([]);
  await user.click(password);
  await user.paste('horse 9');
  expect(met()).toEqual(['Three of these four:', 'lower case', 'digit', 'symbol']);
  await user.type(screen.getByLabelText('Your name'), 'Ada Lovelace');
  await user.type(screen.getByLabelText('E-mail address'), 'ada@example.com{Enter}');
  await waitFor(() => expect(password).toHaveAccessibleDescription(/^5 more characters are needed/));
  await user.type(password, '9999X{Enter}');
  await waitFor(() => expect(router.state.location.pathname).not.toBe('/setup'));
  expect(await asked[1]?.json()).toEqual({ token, email: 'ada@example.com', name: 'Ada Lovelace', password: 'horse 99999X' });
});

it('shows what the server refuses beside the field that it is about', async () => {
  answers({ 'POST /auth/link': setupLink, 'POST /auth/setup': failure(409, 'CONFLICT: email: somebody has this e-mail address already') });
  const { user } = renderPage(`/setup#${token}`, signedOut);
  await user.type(await screen.findByLabelText('Your name'), 'Ada');
  await user.type(screen.getByLabelText('E-mail address'), 'ada@example.com');
  await user.type(screen.getByLabelText('Password'), 'correct horse 1{Enter}');
  await waitFor(() => expect(screen.getByLabelText('E-mail address')).toHaveAccessibleDescription(/^Somebody has this e-mail address already/));
  expect(screen.getByLabelText('E-mail address')).toHaveFocus();
});

it('resets a password for the person whom the link is for', async () => {
  const asked = answers({ 'POST /auth/link': { kind: 'reset', email: 'ada@example.com', organization: 'Analytical Engines' }, 'POST /auth/reset': signedIn() });
  const { user } = renderPage(`/setup#${token}`, signedOut);
  expect(await screen.findByLabelText('E-mail address')).toHaveValue('ada@example.com');
  await user.type(screen.getByLabelText('New password'), 'correct horse 1{Enter}');
  await waitFor(async () => expect(await asked[1]?.json()).toEqual({ token, password: 'correct horse 1' }));
});

it('says how to get a new link when this one does not work any more', async () => {
  answers({ 'POST /auth/link': failure(404, 'NOT_FOUND: token: this link is not known, was used or has expired: ask for a new one') });
  renderPage(`/setup#${token}`, signedOut);
  expect(await screen.findByRole('heading', { name: 'This link does not work' })).toBeVisible();
  expect(within(screen.getByRole('main')).getByText('gatehouse setup-link --reset EMAIL')).toBeVisible();
});
