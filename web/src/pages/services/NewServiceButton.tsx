import { useTranslation } from 'react-i18next';

import { PermittedButton, usePermissions } from '@/session';
import { LinkButton } from '@/ui';

const permission = 'control-plane:organization:create-service';

/** Leads to the form; tells somebody who may not create services that it is so. */
export function NewServiceButton({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('services');
  if (usePermissions(organizationId).can(permission)) {
    return (
      <LinkButton kind="primary" icon="plus" to="/organizations/$orgId/services/new" params={{ orgId: organizationId }}>
        {t('new')}
      </LinkButton>
    );
  }
  return (
    <PermittedButton kind="primary" icon="plus" organizationId={organizationId} permission={permission}>
      {t('new')}
    </PermittedButton>
  );
}
