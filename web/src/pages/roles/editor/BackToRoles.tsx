import { useTranslation } from 'react-i18next';

import { BackLink } from '@/ui';

export function BackToRoles({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('roles');
  return (
    <BackLink to="/organizations/$orgId/users/roles" params={{ orgId: organizationId }}>
      {t('title')}
    </BackLink>
  );
}
