import { useTranslation } from 'react-i18next';

import { Preferences } from '@/account';
import { Standalone } from '@/shell/Standalone';
import step from '@/shell/Step.module.css';
import { CodeBox, usePageTitle } from '@/ui';

/** In place of the form while there is no account to sign in to. */
export function NobodyYet() {
  const { t } = useTranslation('signIn');
  usePageTitle(t('nobodyTitle'));
  return (
    <Standalone footer={<Preferences />}>
      <h1 tabIndex={-1} className={step.title}>
        {t('nobodyTitle')}
      </h1>
      <p>{t('nobodyText')}</p>
      <p>{t('nobodyLost')}</p>
      <CodeBox label={t('nobodyCommand')} code="gatehouse setup-link" />
    </Standalone>
  );
}
