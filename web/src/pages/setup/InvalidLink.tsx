import { useTranslation } from 'react-i18next';

import { CodeBox } from '@/ui';

import { DeadLink } from './DeadLink';
import styles from './Setup.module.css';

type Props = { missing?: boolean; failure?: string | undefined };

/** A link that leads nowhere, and how to get one that does. */
export function InvalidLink({ missing = false, failure }: Props) {
  const { t } = useTranslation('setup');
  return (
    <DeadLink missing={missing} failure={failure} title={t('invalidTitle')} text={t('invalidText')}>
      <div className={styles.way}>
        <p>{t('newSetup')}</p>
        <CodeBox label={t('setupCommand')} code="gatehouse setup-link" />
      </div>
      <div className={styles.way}>
        <p>{t('newReset')}</p>
        <CodeBox label={t('resetCommand')} code="gatehouse setup-link --reset EMAIL" />
      </div>
    </DeadLink>
  );
}
