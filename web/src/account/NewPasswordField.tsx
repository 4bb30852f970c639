import type { ComponentPropsWithRef } from 'react';

import { PasswordField } from '@/ui';

import { PasswordChecklist } from './PasswordChecklist';

type Props = Omit<ComponentPropsWithRef<typeof PasswordField>, 'hint' | 'autoComplete'> & {
  /** What stands in it now, for the checklist. */
  typed: string;
};

/** Where a new password is chosen: says while one types what it still lacks. */
export function NewPasswordField({ typed, ...field }: Props) {
  return <PasswordField {...field} autoComplete="new-password" hint={<PasswordChecklist password={typed} />} />;
}
