import { useTranslation } from 'react-i18next';
import type { ClipboardEvent } from 'react';

import { saveFile } from '@/account';
import { Banner, Button, CopyField } from '@/ui';

import { endpointOf, type Service } from '../service';
import styles from './secret.module.css';

type Props = { service: Service; password: string; onTaken: () => void };

/** The user and a password that is shown once, to be copied or downloaded. */
export function ShownPassword({ service, password, onTaken }: Props) {
  const { t } = useTranslation('services');
  /** By selecting it and Ctrl+C instead of our buttons. */
  const takeSelection = (event: ClipboardEvent) => {
    const { target } = event;
    if (target instanceof HTMLInputElement && target.value.slice(target.selectionStart ?? 0, target.selectionEnd ?? 0).includes(password)) onTaken();
  };
  const save = () => {
    saveFile(`${fileName(service.name)}.env`, [credentials(service, password)], 'text/plain;charset=utf-8');
    onTaken();
  };
  return (
    <div className={styles.shown} onCopy={takeSelection}>
      <Banner kind="warning">{t('secret.warning')}</Banner>
      <div className={styles.fields}>
        <CopyField label={t('secret.user')} value="default" />
        <CopyField label={t('secret.password')} value={password} onCopied={onTaken} />
      </div>
      <div>
        <Button icon="download" onClick={save}>
          {t('secret.download')}
        </Button>
      </div>
    </div>
  );
}

/** For programs that read their environment, and for people. */
function credentials(service: Service, password: string): string {
  const https = endpointOf(service, 'https');
  const native = endpointOf(service, 'nativesecure');
  return [
    ...(https ? [`CLICKHOUSE_URL=https://${https.host}:${https.port}`] : []),
    ...(native ? [`CLICKHOUSE_HOST=${native.host}`, `CLICKHOUSE_NATIVE_PORT=${native.port}`] : []),
    'CLICKHOUSE_USER=default',
    `CLICKHOUSE_PASSWORD=${password}`,
    '',
  ].join('\n');
}

/** Named like the service, as far as file systems like its name. */
function fileName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '');
  return plain || 'service';
}
