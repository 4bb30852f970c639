import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { Button } from '@/ui';

import styles from './Audit.module.css';

type Props = { offset: number; shown: number; onNewer: (() => void) | undefined; onOlder: (() => void) | undefined };

/** Where one is, and the way on. How many there are in all is known on the last page only. */
export function Pages({ offset, shown, onNewer, onOlder }: Props) {
  const { t } = useTranslation('audit');
  const { number } = useFormat();
  if (shown === 0 && !onNewer) return null;
  const range = { from: number(offset + Math.min(1, shown)), to: number(offset + shown) };
  return (
    <nav aria-label={t('pages')} className={styles.pages}>
      <span role="status">{onOlder ? t('shown', range) : t('shownAll', range)}</span>
      {(onNewer ?? onOlder) && (
        <>
          <PageButton text={t('newer')} icon="chevron-left" onClick={onNewer} />
          <PageButton text={t('older')} iconRight="chevron-right" onClick={onOlder} />
        </>
      )}
    </nav>
  );
}

type PageButtonProps = { text: string; icon?: 'chevron-left'; iconRight?: 'chevron-right'; onClick: (() => void) | undefined };

function PageButton({ text, onClick, ...icons }: PageButtonProps) {
  // Disabled by aria only: the focus must not vanish at the end.
  return (
    <Button {...icons} kind="empty" aria-disabled={!onClick || undefined} onClick={onClick ?? (() => undefined)}>
      {text}
    </Button>
  );
}
