import { useTranslation } from 'react-i18next';

import { Standalone } from '@/shell/Standalone';
import step from '@/shell/Step.module.css';
import { Skeleton, usePageTitle, VisuallyHidden } from '@/ui';

/** While the server says what the link is for: the form's outline. */
export function OpeningLink() {
  const { t } = useTranslation('setup');
  usePageTitle(t('opening'));
  return (
    <Standalone>
      <h1 tabIndex={-1} className={step.title} aria-busy>
        <VisuallyHidden>{t('checking')}</VisuallyHidden>
        <Skeleton width="70%" height={28} />
      </h1>
      <Skeleton height={60} />
      <Skeleton height={60} />
      <Skeleton height={36} />
    </Standalone>
  );
}
