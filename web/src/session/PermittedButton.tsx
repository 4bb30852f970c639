import { useTranslation } from 'react-i18next';

import { Button, type ButtonProps } from '@/ui';

import { usePermissions, useServicePermissions } from './permissions';

/** `serviceId`: of a permission on a service. */
type Props = ButtonProps & { organizationId: string; permission: string; serviceId?: string };

/** A button that says why when the person's roles do not allow what it does. */
export function PermittedButton({ organizationId, serviceId, permission, disabledReason, ...button }: Props) {
  const { t } = useTranslation();
  const organization = usePermissions(organizationId);
  const services = useServicePermissions(organizationId);
  const allowed = serviceId === undefined ? organization.can(permission) : services.can(permission, serviceId);
  return <Button {...button} disabledReason={allowed ? disabledReason : t('notAllowed')} />;
}
