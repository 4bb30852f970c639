import { useTranslation } from 'react-i18next';

import { Button, EmptyState } from '@/ui';

type Props = { search: string; onClear: () => void; onOlder: (() => void) | undefined };

export function NothingFound({ search, onClear, onOlder }: Props) {
  const { t } = useTranslation('audit');
  if (onOlder) {
    return (
      <EmptyState icon="search" title={t('nothingHereTitle')} action={<Button onClick={onOlder}>{t('searchOn')}</Button>}>
        {t('nothingHereText')}
      </EmptyState>
    );
  }
  if (!search) {
    return (
      <EmptyState icon="activity" title={t('emptyTitle')}>
        {t('emptyText')}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="search" title={t('nothingTitle')} action={<Button onClick={onClear}>{t('clear')}</Button>}>
      {t('nothingText', { search })}
    </EmptyState>
  );
}
