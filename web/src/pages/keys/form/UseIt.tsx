import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { CodeBox } from '@/ui';

import styles from './form.module.css';

type Props = { organizationId: string; keyId: string; keySecret: string; onCopied: () => void };

/** Ready to be pasted: a request with the key, and what Terraform's provider reads. */
export function UseIt({ organizationId, keyId, keySecret, onCopied }: Props) {
  const { t } = useTranslation('keyForm');
  const id = useId();
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  const [shown, setShown] = useState(0);
  const address = `${location.origin}/v1`;
  const tabs = [
    { name: t('curl'), label: t('curlLabel'), code: `curl --user ${keyId}:${keySecret} \\\n  ${address}/organizations` },
    {
      name: t('terraform'),
      label: t('terraformLabel'),
      code: [
        `export CLICKHOUSE_API_URL=${address}`,
        `export CLICKHOUSE_ORG_ID=${organizationId}`,
        `export CLICKHOUSE_CLOUD_API_KEY=${keyId}`,
        `export CLICKHOUSE_CLOUD_API_SECRET=${keySecret}`,
      ].join('\n'),
    },
  ];
  const move = ({ key }: KeyboardEvent) => {
    const next = { ArrowRight: shown + 1, ArrowLeft: shown - 1, Home: 0, End: -1 }[key];
    if (next === undefined) return;
    const index = (next + tabs.length) % tabs.length;
    setShown(index);
    buttons.current[index]?.focus();
  };
  const tab = tabs[shown];
  return (
    <div className={styles.use}>
      <p id={`${id}-title`} className={styles.label}>
        {t('use')}
      </p>
      <div role="tablist" tabIndex={-1} aria-labelledby={`${id}-title`} className={styles.tabs} onKeyDown={move}>
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            ref={(button) => void (buttons.current[index] = button)}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === shown}
            aria-controls={`${id}-panel`}
            tabIndex={index === shown ? 0 : -1}
            className={styles.tab}
            onClick={() => setShown(index)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${shown}`}>
        {tab && <CodeBox key={tab.name} label={tab.label} code={tab.code} onCopied={onCopied} />}
      </div>
    </div>
  );
}
