import { useEffect, useRef, type ClipboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { Banner, Button, CopyField } from '@/ui';

import { download, envFileName } from './download';
import styles from './form.module.css';
import { UseIt } from './UseIt';
import type { Taken } from './useTaken';

/** What is shown once. */
export type NewKey = { name: string; keyId: string; keySecret: string };

type Props = {
  organizationId: string;
  made: NewKey;
  /** Is told what was copied. */
  take: (part: Partial<Taken>) => void;
};

/** A new key's ID and secret, to be taken along. */
export function SecretScreen({ organizationId, made: { name, keyId, keySecret }, take }: Props) {
  const { t } = useTranslation('keyForm');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  /** By selecting it and Ctrl+C instead of our buttons. */
  const takeSelection = (event: ClipboardEvent) => {
    const text = selectedText(event.target);
    take({ ...(text.includes(keyId) && { keyId: true }), ...(text.includes(keySecret) && { keySecret: true }) });
  };
  return (
    <div className={styles.secret} onCopy={takeSelection}>
      <h3 ref={heading} tabIndex={-1} className={styles.heading}>
        {t('secretHeading', { name })}
      </h3>
      <Banner kind="warning">{t('secretWarning')}</Banner>
      <CopyField label={t('keyId')} value={keyId} onCopied={() => take({ keyId: true })} />
      <CopyField label={t('keySecret')} value={keySecret} onCopied={() => take({ keySecret: true })} />
      <UseIt organizationId={organizationId} keyId={keyId} keySecret={keySecret} onCopied={() => take({ keyId: true, keySecret: true })} />
    </div>
  );
}

export function DownloadEnv({ made: { name, keyId, keySecret }, take }: Pick<Props, 'made' | 'take'>) {
  const { t } = useTranslation('keyForm');
  const save = () => {
    download(envFileName(name), `KEY_ID=${keyId}\nKEY_SECRET=${keySecret}\n`);
    take({ keyId: true, keySecret: true });
  };
  return (
    <Button icon="download" onClick={save}>
      {t('download')}
    </Button>
  );
}

/** What a copy event copies: in a field, the selection is the field's own. */
function selectedText(target: EventTarget): string {
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return target.value.slice(target.selectionStart ?? 0, target.selectionEnd ?? 0);
  return document.getSelection()?.toString() ?? '';
}
