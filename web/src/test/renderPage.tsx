import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { SessionAnswer } from '@/api';
import { newQueryClient } from '@/api/queryClient';
import { newRouter } from '@/router';
import { sessionQuery } from '@/session';
import { ownInvitationsKey } from '@/shell/ownInvitations';

export const organizationId = '5f1c9a4e-1fd3-4b0e-9b6a-0d9f1f3f2b11';

/** Ada, who may do everything that is named. */
export function signedIn(...permissions: string[]): SessionAnswer {
  return {
    setUp: true,
    session: { id: '3d1f8c3a-5a53-4a0e-8a3f-2f5d9a7c1e01', expireAt: '2099-01-01T00:00:00Z' },
    person: { userId: '7f3a6b6e-0000-4000-8000-000000000001', email: 'ada@example.com', name: 'Ada Lovelace', secondFactor: false, hasPassword: true },
    organizations: [{ id: organizationId, name: 'Analytical Engines', permissions, servicePermissions: { 'instance/*': permissions }, roles: ['Admin'] }],
    address: '203.0.113.7',
    sendsMail: false,
    providers: [],
  };
}

export const signedOut: SessionAnswer = { setUp: true, session: null, person: null, organizations: [], address: '203.0.113.7', sendsMail: false, providers: [] };

/** The console at a path, as somebody sees it. What it asks for comes from `answers`. */
export function renderPage(path: string, session: SessionAnswer) {
  const queryClient = newQueryClient();
  queryClient.setQueryData(sessionQuery.queryKey, session);
  queryClient.setQueryData(ownInvitationsKey, []);
  const router = newRouter(queryClient);
  router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [path] }) });
  const view = render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...view, router, queryClient, user: userEvent.setup() };
}
