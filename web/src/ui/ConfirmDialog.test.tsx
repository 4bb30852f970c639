import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { ConfirmDialog } from './ConfirmDialog';
import { FormDialog } from './FormDialog';

it('what was agreed to is done once, and the dialog stays until it is known how that went', async () => {
  let fail: () => void = () => undefined;
  const onConfirm = vi.fn(() => new Promise((_, reject) => (fail = () => reject(new Error('out of order')))));
  const onClose = vi.fn();
  render(<ConfirmDialog title="Stop?" confirm="Stop it" onConfirm={onConfirm} onClose={onClose} />);
  await userEvent.click(screen.getByRole('button', { name: 'Stop it' }));
  await userEvent.click(screen.getByRole('button', { name: /Stop it/ }));
  expect(onConfirm).toHaveBeenCalledOnce();

  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await userEvent.keyboard('{Escape}');
  expect(onClose).not.toHaveBeenCalled();

  fail();
  expect(await screen.findByRole('alert')).toHaveTextContent('Something went wrong');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onClose).toHaveBeenCalledOnce();
});

it('the form of a dialog is not sent before it may be, and never with a form around it', async () => {
  const [around, onSubmit] = [vi.fn(), vi.fn()];
  const dialog = (disabledReason?: string) => (
    <form onSubmit={around}>
      <FormDialog title="Delete?" confirm="Delete" disabledReason={disabledReason} onSubmit={onSubmit} onClose={() => undefined}>
        <input aria-label="Name" />
      </FormDialog>
    </form>
  );
  const { rerender } = render(dialog('Type the name first.'));
  await userEvent.type(screen.getByRole('textbox'), 'orders{Enter}');
  expect(onSubmit).not.toHaveBeenCalled();
  rerender(dialog());
  await userEvent.type(screen.getByRole('textbox'), '{Enter}');
  expect(onSubmit).toHaveBeenCalledOnce();
  expect(around).not.toHaveBeenCalled();
});
