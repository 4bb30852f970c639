import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { ApiError } from '@/api';

import { FailedBanner, FailedCard } from './Failed';

it('what could not be read says why, and is asked for again by its button', async () => {
  const error = new ApiError({
    status: 503, code: 'SERVICE_UNAVAILABLE', sentence: 'The store does not answer', field: undefined, retryAfter: undefined, requestId: undefined,
  });
  const onRetry = vi.fn();
  const ways = [
    <FailedCard title="The keys could not be read" error={error} onRetry={onRetry} />,
    <FailedBanner title="The keys could not be read" error={error} onRetry={onRetry} />,
    <FailedBanner kind="warning" title="The keys could not be read" error={error} onRetry={onRetry} />,
  ];
  for (const [i, way] of ways.entries()) {
    const { unmount } = render(way);
    expect(screen.getByText('The keys could not be read')).toBeVisible();
    expect(screen.getByText(/The store does not answer/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledTimes(i + 1);
    expect(onRetry).toHaveBeenLastCalledWith();
    unmount();
  }
});

it('a failure is announced at once, and a warning when there is time', () => {
  const { rerender } = render(<FailedBanner error={new Error('out of order')} onRetry={vi.fn()} />);
  expect(screen.getByRole('alert')).toBeVisible();
  rerender(<FailedBanner kind="warning" error={new Error('out of order')} onRetry={vi.fn()} />);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getAllByRole('status')[0]).toHaveTextContent('Something went wrong');
});
