import { useTranslation } from 'react-i18next';

import { EmptyState, Page, PageHeader } from '@/ui';

/** A page that a later version brings: it says so in a sentence. */
export function Sql() {
  const { t } = useTranslation('shell');
  return (
    <Page>
      <PageHeader title={t('sql')} />
      <EmptyState icon="console" title={t('sqlTitle')}>
        {t('sqlText')}
      </EmptyState>
    </Page>
  );
}
