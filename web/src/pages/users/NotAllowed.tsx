import { useTranslation } from 'react-i18next';

import { Card, EmptyState } from '@/ui';

export function NotAllowed() {
  const { t } = useTranslation('users');
  return (
    <Card>
      <EmptyState icon="lock" title={t('notAllowedTitle')}>
        {t('notAllowedText')}
      </EmptyState>
    </Card>
  );
}
