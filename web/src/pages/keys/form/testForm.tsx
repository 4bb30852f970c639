import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent, { PointerEventsCheckLevel } from '@testing-library/user-event';
import type { ReactNode } from 'react';

import { newQueryClient } from '@/api/queryClient';
import { sessionQuery } from '@/session';
import { organizationId, signedIn } from '@/test/renderPage';
import { Toaster } from '@/ui';

export const keysPath = `/v1/organizations/${organizationId}/keys`;
export const keyId = '0a8b7c6d-1111-4222-8333-444455556666';

/** Ids as a server gives them: each name has one. */
export const roleIds = {
  'Admin': '10000000-0000-5000-8000-000000000001',
  'Member': '10000000-0000-5000-8000-000000000004',
  'Org API reader': '10000000-0000-5000-8000-000000000003',
  'Service API reader': '10000000-0000-5000-8000-000000000007',
  'Basic service API reader': '10000000-0000-5000-8000-000000000009',
};

export const rolesAnswer = {
  [`GET /v1/organizations/${organizationId}/roles`]: {
    result: Object.entries(roleIds).map(([name, id]) => ({ id, name, type: 'system', policies: [], actors: [] })),
  },
};

/** A form by itself, on a page that can be left for another. */
export function renderForm(Form: () => ReactNode) {
  const queryClient = newQueryClient();
  queryClient.setQueryData(sessionQuery.queryKey, signedIn());
  const root = createRootRoute({ component: Outlet });
  const keys = createRoute({ getParentRoute: () => root, path: '/', component: Form });
  const elsewhere = createRoute({ getParentRoute: () => root, path: '/elsewhere', component: () => <p>Elsewhere</p> });
  const router = createRouter({ routeTree: root.addChildren([keys, elsewhere]), history: createMemoryHistory({ initialEntries: ['/'] }) });
  render(
    <QueryClientProvider client={queryClient}>
      {/* The types know the console's own router only. */}
      <RouterProvider router={router as never} />
      <Toaster />
    </QueryClientProvider>,
  );
  return { router, queryClient, user: userEvent.setup({ pointerEventsCheck: PointerEventsCheckLevel.Never }), leavePage: () => router.history.push('/elsewhere') };
}
