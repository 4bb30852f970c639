import { useTranslation } from 'react-i18next';

import { Card, EmptyState } from '@/ui';

/** Roles are for those who manage the organization. */
export function NotAllowed() {
  const { t } = useTranslation('roles');
  return (
    <Card>
      <EmptyState icon="lock" title={t('notAllowedTitle')}>
        {t('notAllowedText')}
      </EmptyState>
    </Card>
  );
}
