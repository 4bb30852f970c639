import { useTranslation } from 'react-i18next';

import { Banner } from '@/ui';

const known = ['denied', 'stale', 'unverified', 'unknown', 'unavailable', 'failed'] as const;

/** Why a provider did not sign one in. The address has a word for it, for sentences in it could be anybody's. */
export function Problem({ problem }: { problem: string | undefined }) {
  const { t } = useTranslation('signIn');
  if (!problem) return null;
  return (
    <Banner kind="danger" title={t('problemTitle')}>
      {t(`problems.${known.find((word) => word === problem) ?? 'failed'}`)}
    </Banner>
  );
}
