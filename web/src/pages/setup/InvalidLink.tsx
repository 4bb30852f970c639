import { useTranslation } from 'react-i18next';

import { Preferences } from '@/account';
import { Standalone } from '@/shell/Standalone';
import step from '@/shell/Step.module.css';
import { Button, CodeBox, LinkButton, usePageTitle } from '@/ui';

import styles from './Setup.module.css';

type Props = { missing?: boolean; failure?: string | undefined };

/** A link that leads nowhere, and how to get one that does. */
export function InvalidLink({ missing = false, failure }: Props) {
  const { t } = useTranslation(['setup', 'common']);
  const title = missing ? t('missingTitle') : failure ? t('failedTitle') : t('invalidTitle');
  usePageTitle(title);
  return (
    <Standalone footer={<Preferences />}>
      <h1 tabIndex={-1} className={step.title}>
        {title}
      </h1>
      <p className={step.text}>{missing ? t('missingText') : (failure ?? t('invalidText'))}</p>
      {failure ? (
        <Button onClick={() => location.reload()}>{t('common:retry')}</Button>
      ) : (
        <>
          <div className={styles.way}>
            <p>{t('newSetup')}</p>
            <CodeBox label={t('setupCommand')} code="gatehouse setup-link" />
          </div>
          <div className={styles.way}>
            <p>{t('newReset')}</p>
            <CodeBox label={t('resetCommand')} code="gatehouse setup-link --reset EMAIL" />
          </div>
        </>
      )}
      <LinkButton to="/sign-in">{t('signIn')}</LinkButton>
    </Standalone>
  );
}
