import { useTranslation } from 'react-i18next';

import { Step } from '@/shell/Step';
import { CodeBox } from '@/ui';

/** In place of the form while there is no account to sign in to. */
export function NobodyYet() {
  const { t } = useTranslation('signIn');
  return (
    <Step title={t('nobodyTitle')}>
      <p>{t('nobodyText')}</p>
      <p>{t('nobodyLost')}</p>
      <CodeBox label={t('nobodyCommand')} code="gatehouse setup-link" />
    </Step>
  );
}
