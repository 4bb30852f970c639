import { useTranslation } from 'react-i18next';

import { Spinner } from '@/ui';

import styles from './Standalone.module.css';

/** While a page, or the first answer, is on its way. */
export function WaitingPage() {
  const { t } = useTranslation();
  return (
    <div className={styles.waiting}>
      <Spinner size={24} label={t('loading')} />
    </div>
  );
}
