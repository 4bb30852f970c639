import { useTranslation } from 'react-i18next';

import { CodeBox } from '@/ui';

import styles from './SignIn.module.css';

/** There is no mail: an operator or an Admin makes the link. */
export function AskOperator() {
  const { t } = useTranslation('signIn');
  return (
    <details className={styles.forgot}>
      <summary>{t('forgot')}</summary>
      <div className={styles.help}>
        <p>{t('forgotText')}</p>
        <CodeBox label={t('forgotCommand')} code="gatehouse setup-link --reset EMAIL" />
      </div>
    </details>
  );
}
