import { useTranslation } from 'react-i18next';

import { CodeBox, Tabs } from '@/ui';

import styles from './form.module.css';

type Props = { organizationId: string; keyId: string; keySecret: string; onCopied: () => void };

/** Ready to be pasted: a request with the key, and what Terraform's provider reads. */
export function UseIt({ organizationId, keyId, keySecret, onCopied }: Props) {
  const { t } = useTranslation('keyForm');
  const address = `${location.origin}/v1`;
  const curl = `curl --user ${keyId}:${keySecret} \\\n  ${address}/organizations`;
  const terraform = [
    `export CLICKHOUSE_API_URL=${address}`,
    `export CLICKHOUSE_ORG_ID=${organizationId}`,
    `export CLICKHOUSE_CLOUD_API_KEY=${keyId}`,
    `export CLICKHOUSE_CLOUD_API_SECRET=${keySecret}`,
  ].join('\n');
  return (
    <div className={styles.use}>
      <Tabs
        label={t('use')}
        tabs={[
          { name: t('curl'), content: <CodeBox label={t('curlLabel')} code={curl} onCopied={onCopied} /> },
          { name: t('terraform'), content: <CodeBox label={t('terraformLabel')} code={terraform} onCopied={onCopied} /> },
        ]}
      />
    </div>
  );
}
