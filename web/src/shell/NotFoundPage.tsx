import { useTranslation } from 'react-i18next';

import { EmptyState, LinkButton, usePageTitle } from '@/ui';

import { Standalone } from './Standalone';

/** A path that leads nowhere, outside the shell. */
export function NotFoundPage() {
  return (
    <Standalone>
      <NotFound />
    </Standalone>
  );
}

/** The same in the shell. */
export function NotFound() {
  const { t } = useTranslation('shell');
  usePageTitle(t('notFoundTitle'));
  return (
    <EmptyState level={1} icon="search" title={t('notFoundTitle')} action={<LinkButton to="/">{t('home')}</LinkButton>}>
      {t('notFoundText')}
    </EmptyState>
  );
}
