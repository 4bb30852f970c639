import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';

import { IconButton } from './IconButton';
import styles from './Pager.module.css';

type Props = {
  /** Of the first item shown, counted from 0. */
  offset: number;
  /** How many are shown. */
  shown: number;
  total: number;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
};

/** Where one is in a list, and the way on. Without `onPrevious` or `onNext` there is none. */
export function Pager({ offset, shown, total, onPrevious, onNext }: Props) {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (shown === 0) return null;
  return (
    <nav aria-label={t('pages')} className={styles.pager}>
      <span role="status">{t('pageRange', { from: number(offset + 1), to: number(offset + shown), total: number(total) })}</span>
      {(onPrevious ?? onNext) && (
        <>
          <PageButton icon="chevron-left" label={t('previousPage')} onClick={onPrevious} />
          <PageButton icon="chevron-right" label={t('nextPage')} onClick={onNext} />
        </>
      )}
    </nav>
  );
}

function PageButton({ icon, label, onClick }: { icon: 'chevron-left' | 'chevron-right'; label: string; onClick: (() => void) | undefined }) {
  // Disabled by aria only: the focus must not vanish on the last page.
  return <IconButton icon={icon} label={label} plain aria-disabled={!onClick || undefined} onClick={onClick ?? (() => undefined)} />;
}
