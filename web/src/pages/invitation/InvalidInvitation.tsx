import { useTranslation } from 'react-i18next';

import { Preferences } from '@/account';
import { Standalone } from '@/shell/Standalone';
import step from '@/shell/Step.module.css';
import { Button, LinkButton, usePageTitle } from '@/ui';

type Props = { missing?: boolean; failure?: string | undefined };

/** An invitation that cannot be accepted, and what to do about it. */
export function InvalidInvitation({ missing = false, failure }: Props) {
  const { t } = useTranslation(['invitation', 'setup', 'common']);
  const title = missing ? t('setup:missingTitle') : failure ? t('setup:failedTitle') : t('invalidTitle');
  usePageTitle(title);
  return (
    <Standalone footer={<Preferences />}>
      <h1 tabIndex={-1} className={step.title}>
        {title}
      </h1>
      <p className={step.text}>{missing ? t('setup:missingText') : (failure ?? t('invalidText'))}</p>
      {failure ? <Button onClick={() => location.reload()}>{t('common:retry')}</Button> : !missing && <p>{t('invalidJoined')}</p>}
      <LinkButton to="/sign-in">{t('signIn')}</LinkButton>
    </Standalone>
  );
}
