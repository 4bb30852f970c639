import { useTranslation } from 'react-i18next';

import { Button, type ButtonProps } from '@/ui';

import { usePermissions } from './permissions';

type Props = ButtonProps & { organizationId: string; permission: string };

/** A button that says why when the person's roles do not allow what it does. */
export function PermittedButton({ organizationId, permission, disabledReason, ...button }: Props) {
  const { t } = useTranslation();
  const { can } = usePermissions(organizationId);
  return <Button {...button} disabledReason={can(permission) ? disabledReason : t('notAllowed')} />;
}
