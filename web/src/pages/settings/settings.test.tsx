import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';
import { organizationId, renderPage, signedIn } from '@/test/renderPage';

const path = `/organizations/${organizationId}/settings`;
const organization = { id: organizationId, name: 'Analytical Engines', createdAt: '2026-11-22T12:00:00Z' };
const known = {
  [`GET /v1/organizations/${organizationId}`]: { status: 200, requestId: 'r', result: organization },
  [`GET /v1/organizations/${organizationId}/quotas`]: {
    status: 200, requestId: 'r',
    result: [
      { quotaCode: 'keys-per-organization', name: 'API keys per organization', description: 'How many.', scope: 'organization', value: 20, usage: 3, adjustable: true },
      { quotaCode: 'moons', name: 'Moons', description: 'A quota that this console does not know.', scope: 'organization', value: 2, adjustable: false },
    ],
  },
};

it('shows what the server says of a new name beside the field', async () => {
  answers({ ...known, [`PATCH /v1/organizations/${organizationId}`]: failure(400, 'BAD_REQUEST: name: control characters are not allowed, got "a\\u0007b"') });
  const { user } = renderPage(path, signedIn('control-plane:organization:manage'));
  const name = await screen.findByLabelText('Organization name');
  await waitFor(() => expect(name).toHaveValue('Analytical Engines'));
  await user.type(name, '!{Enter}');
  await waitFor(() => expect(name).toHaveAccessibleDescription(/^Control characters are not allowed/));
});

it('does not offer a new name to who may not change it', async () => {
  answers(known);
  renderPage(path, signedIn());
  expect(await screen.findByLabelText('Organization name')).toHaveAttribute('readonly');
  expect(screen.getByRole('button', { name: 'Save' })).toHaveAccessibleDescription(/does not allow/);
});

it('tells how much of a quota is used, and shows those that it does not know as they are', async () => {
  answers(known);
  renderPage(path, signedIn());
  const bar = await screen.findByRole('progressbar', { name: 'API keys per organization' });
  expect(bar).toHaveAttribute('aria-valuetext', '3 of 20');
  expect(screen.getByText('A quota that this console does not know.')).toBeVisible();
  expect(screen.getByText('Limit 2')).toBeVisible();
});
