import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';

import { Button } from './Button';
import { PasswordField } from './PasswordField';
import { RadioGroup } from './RadioGroup';
import { Select } from './Select';
import { TextField } from './TextField';

it('a field tells a screen reader its name, its hint and what is wrong', () => {
  render(<TextField label="Name" hint="Say what uses it." error="Taken." />);
  const field = screen.getByRole('textbox', { name: 'Name' });
  expect(field).toHaveAccessibleDescription('Taken. Say what uses it.');
  expect(field).toBeInvalid();
});

it('a radio group tells what is wrong too', () => {
  render(<RadioGroup label="Expires after" error="Choose one." options={[{ value: '7', label: '7 days' }]} />);
  expect(screen.getByRole('radiogroup', { name: 'Expires after' })).toHaveAccessibleDescription('Choose one.');
});

it('a password can be shown', async () => {
  render(<PasswordField label="Password" autoComplete="current-password" />);
  expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'password');
  await userEvent.click(screen.getByRole('button', { name: 'Show password' }));
  expect(screen.getByLabelText('Password')).toHaveAttribute('type', 'text');
});

it("a select's name holds what is chosen", async () => {
  const onChange = vi.fn();
  render(<Select label="Role" value="member" onChange={onChange} options={[{ value: 'admin', label: 'Admin' }, { value: 'member', label: 'Member' }]} />);
  screen.getByRole('combobox', { name: 'Role Member' }).focus();
  await userEvent.keyboard('{Enter}{ArrowUp}{Enter}');
  expect(onChange).toHaveBeenCalledWith('admin');
});

it('a button that may not be used says why and does nothing', async () => {
  const onClick = vi.fn();
  render(<Button disabledReason="Not yours." onClick={onClick}>Delete</Button>);
  const button = screen.getByRole('button', { name: 'Delete' });
  expect(button).toHaveAccessibleDescription('Not yours.');
  await userEvent.click(button);
  expect(onClick).not.toHaveBeenCalled();
  expect(await screen.findByRole('tooltip')).toHaveTextContent('Not yours.');
});

it('a busy button keeps its place but works once only', async () => {
  const onClick = vi.fn();
  render(<Button busy onClick={onClick}>Save</Button>);
  await userEvent.click(screen.getByRole('button'));
  expect(onClick).not.toHaveBeenCalled();
  expect(screen.getByRole('button')).toHaveAttribute('aria-busy', 'true');
});
