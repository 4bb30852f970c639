import '@/zod';
import '@/ui/nonce';
import '@/ui/styles.css';

import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { newQueryClient } from '@/api/queryClient';
import { onRefused } from '@/api/send';
import { startI18n } from '@/i18n';
import { newRouter } from '@/router';
import { sessionQuery } from '@/session';

async function start(root: HTMLElement) {
  await startI18n();
  const queryClient = newQueryClient();
  const router = newRouter(queryClient);
  // A 401 may mean a wrong password as well. The session's own answer decides;
  // the shell leads to the sign-in page when there is none.
  onRefused(() => void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }));
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root) void start(root);
