import { useTranslation } from 'react-i18next';

import { CopyField, ExternalLink, Section } from '@/ui';

export function ApiAddress() {
  const { t } = useTranslation('settings');
  return (
    <Section title={t('api')} description={t('apiText')}>
      <CopyField label={t('apiAddress')} value={`${location.origin}/v1`} />
      <p>
        <ExternalLink href="/docs">{t('apiReference')}</ExternalLink>
      </p>
    </Section>
  );
}
