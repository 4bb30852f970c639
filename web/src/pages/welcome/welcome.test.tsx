import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

const invitations = { invitations: [{ id: 'i1', organization: 'Analytical Engines', roles: ['Member'], invitedBy: 'grace@example.com', expireAt: '2099-01-01T00:00:00Z' }] };

it('lets somebody without an organization join the one that they are invited to', async () => {
  const asked = answers({ 'GET /auth/invitations': invitations, 'POST /auth/invitations/accept': signedIn() });
  const { user, router, queryClient } = renderPage('/welcome', { ...signedIn(), organizations: [] });
  await queryClient.invalidateQueries({ queryKey: ['own-invitations'] });
  await user.click(await screen.findByRole('button', { name: 'Join Analytical Engines' }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/organizations/${organizationId}/keys`));
  expect(await asked.find(({ method }) => method === 'POST')?.json()).toEqual({ id: 'i1' });
});

it('says whom to ask when there is no invitation', async () => {
  answers({ 'GET /auth/invitations': { invitations: [] } });
  renderPage('/welcome', { ...signedIn(), organizations: [] });
  expect(await screen.findByText(/Ask an Admin to invite you/)).toBeVisible();
});

it('tells members of other organizations on every page', async () => {
  answers({ 'GET /auth/invitations': invitations });
  const { user, queryClient } = renderPage(`/organizations/${organizationId}/services`, signedIn());
  await screen.findByRole('heading', { level: 1, name: 'Services' });
  await queryClient.invalidateQueries({ queryKey: ['own-invitations'] });
  await user.click(await screen.findByRole('button', { name: 'You are invited to “Analytical Engines”' }));
  expect(await screen.findByRole('button', { name: 'Join Analytical Engines' })).toBeVisible();
});
