import { useTranslation } from 'react-i18next';

import { DeadLink } from '@/pages/setup/DeadLink';

type Props = { missing?: boolean; failure?: string | undefined };

/** An invitation that cannot be accepted, and what to do about it. */
export function InvalidInvitation({ missing = false, failure }: Props) {
  const { t } = useTranslation('invitation');
  return (
    <DeadLink missing={missing} failure={failure} title={t('invalidTitle')} text={t('invalidText')}>
      {!missing && <p>{t('invalidJoined')}</p>}
    </DeadLink>
  );
}
