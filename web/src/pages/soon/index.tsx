import { useTranslation } from 'react-i18next';

import { EmptyState, Page, PageHeader, type IconName } from '@/ui';

/** Pages that a later version brings: each says so in a sentence. */
type Props = { page: 'services' | 'sql'; icon: IconName };

function Soon({ page, icon }: Props) {
  const { t } = useTranslation('shell');
  return (
    <Page>
      <PageHeader title={t(page)} />
      <EmptyState icon={icon} title={t(`${page}Title`)}>
        {t(`${page}Text`)}
      </EmptyState>
    </Page>
  );
}

export function Services() {
  return <Soon page="services" icon="services" />;
}

export function Sql() {
  return <Soon page="sql" icon="console" />;
}
