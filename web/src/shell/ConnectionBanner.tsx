import { useTranslation } from 'react-i18next';

import { useConnectionLost } from '@/api/connection';
import { Spinner } from '@/ui';

import styles from './ConnectionBanner.module.css';

/** Says, as long as it lasts, that Gatehouse does not answer and that the console tries on. */
export function ConnectionBanner() {
  const { t } = useTranslation('shell');
  const lost = useConnectionLost();
  return (
    <div role="status" className={styles.place}>
      {lost && (
        <div className={styles.banner}>
          <Spinner size={14} />
          {t('connectionLost')}
        </div>
      )}
    </div>
  );
}
