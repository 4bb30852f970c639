import { act, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers } from '@/test/answers';
import { sessionQuery } from '@/session';
import { organizationId, renderPage, signedIn, signedOut } from '@/test/renderPage';

it('leads somebody who is not signed in to the sign-in page, and remembers where they wanted to go', async () => {
  answers({});
  const { router } = renderPage(`/organizations/${organizationId}/audit`, signedOut);
  await waitFor(() => expect(router.state.location.pathname).toBe('/sign-in'));
  expect(router.state.location.search).toEqual({ to: `/organizations/${organizationId}/audit` });
});

it('moves the focus to the heading of the page that was navigated to', async () => {
  answers({});
  const { user } = renderPage(`/organizations/${organizationId}/services`, signedIn());
  await user.click(await screen.findByRole('link', { name: /SQL console/ }));
  await waitFor(() => expect(screen.getByRole('heading', { level: 1, name: 'SQL console' })).toHaveFocus());
  expect(document.title).toBe('SQL console · Gatehouse');
});

it('does not show the pages of an organization that one is not a member of', async () => {
  answers({});
  renderPage('/organizations/00000000-0000-4000-8000-000000000000/services', signedIn());
  expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeVisible();
});

it('leads somebody who is removed from the organization to where they are told so', async () => {
  answers({});
  const { router, queryClient } = renderPage(`/organizations/${organizationId}/services`, signedIn());
  expect(await screen.findByRole('heading', { level: 1, name: 'Services' })).toBeVisible();
  act(() => void queryClient.setQueryData(sessionQuery.queryKey, { ...signedIn(), organizations: [] }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/welcome'));
});
