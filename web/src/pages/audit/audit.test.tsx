import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

const path = `/organizations/${organizationId}/audit`;
const api = `GET /v1${path.replace('audit', 'activities')}`;
const keyId = '8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20';
const may = ['control-plane:organization:view-activities', 'control-plane:organization:view-api-keys'];

const activity = (id: string, type: string, more: object = {}) => ({
  id, type, createdAt: '2026-11-22T12:00:00Z', organizationId, actorType: 'user', actorId: 'u1', actorDetails: 'ada@example.com', actorIpAddress: '203.0.113.7', ...more,
});

const page = (result: object[], nextCursor: string | null = null) => ({ status: 200, requestId: 'r', limit: 50, result, nextCursor });

it('says what happened in words, with the name of the key while there is one', async () => {
  answers({
    [api]: page([
      activity('1', 'openapi_key_update', { targetKeyId: keyId, keyUpdateType: 'date-changed' }),
      activity('2', 'key_delete', { targetKeyId: '00000000-1111-4222-8333-444444444444', keyUpdateType: 'deleted' }),
      activity('3', 'service_dance'),
      activity('5', 'organization_member_update_roles', { target: { type: 'user', id: 'u2', name: 'grace@example.com' } }),
      activity('6', 'user_identity_link', { target: { type: 'user', id: 'u1', name: 'ada@example.com' } }),
      activity('4', 'setup_link_create', { actorType: 'system', actorDetails: 'operator root', actorIpAddress: undefined }),
    ]),
    [`GET /v1/organizations/${organizationId}/keys`]: { status: 200, requestId: 'r', result: [{ id: keyId, name: 'ci-deploy' }] },
  });
  renderPage(path, signedIn(...may));
  expect(await screen.findByRole('rowheader', { name: 'Expiration of API key changed: ci-deploy' })).toBeVisible();
  expect(screen.getByRole('rowheader', { name: 'API key deleted: key 00000000' })).toBeVisible();
  expect(screen.getByRole('rowheader', { name: 'Changed the roles of grace@example.com' })).toBeVisible();
  expect(screen.getByRole('rowheader', { name: 'Linked an account of a sign-in provider' })).toBeVisible();
  expect(screen.getByRole('rowheader', { name: 'service_dance' })).toBeVisible();
  expect(within(screen.getByRole('row', { name: /Set-up link made/ })).getByText('System')).toBeVisible();
});

it('searches in the URL, and on through answers that are not full', async () => {
  const asked = answers({
    [api]: (request: Request) => {
      const query = new URL(request.url).searchParams;
      if (!query.has('search')) return page([activity('0', 'user_logout')]);
      return query.has('cursor') ? page([activity('2', 'user_login')]) : page([], 'later');
    },
  });
  const { user, router } = renderPage(path, signedIn(...may));
  await user.type(await screen.findByRole('searchbox', { name: 'Search activities' }), 'login');
  expect(await screen.findByRole('rowheader', { name: 'Signed in' })).toBeVisible();
  expect(router.state.location.search).toEqual({ search: 'login' });
  await waitFor(() => expect(screen.queryByRole('rowheader', { name: 'Signed out' })).toBeNull());
  expect(asked.filter(({ url }) => url.includes('search=login'))).toHaveLength(2);
});

it('does not even ask without the permission, and says which one it takes', async () => {
  const asked = answers({});
  renderPage(path, signedIn());
  expect(await screen.findByText(/permission to view activities/)).toBeVisible();
  expect(asked).toEqual([]);
});
