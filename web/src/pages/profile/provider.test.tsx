import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import { answers } from '@/test/answers';
import { renderPage, signedIn } from '@/test/renderPage';

// Who signs in with a provider has no password here to change, and says so.
test('a person without a password is told where it is', async () => {
  answers({ 'GET /auth/sessions': { sessions: [] }, 'GET /auth/invitations': { invitations: [] } });
  const session = signedIn();
  renderPage('/profile', { ...session, person: session.person && { ...session.person, hasPassword: false } });
  expect(await screen.findByText(/kept there/)).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Change password' })).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Set up second factor' })).not.toBeInTheDocument();
});
