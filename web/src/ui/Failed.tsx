import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';

import { Banner } from './Banner';
import { Button } from './Button';
import { EmptyState } from './EmptyState';
import { Card } from './Layout';

type Props = { title: string; error: unknown; onRetry: () => unknown };

/** In the place of what could not be read, where that is all there is: why, and another try. */
export function FailedCard({ title, error, onRetry }: Props) {
  return (
    <Card>
      <EmptyState icon="warning" title={title} action={<Retry onRetry={onRetry} />}>
        {errorText(error)}
      </EmptyState>
    </Card>
  );
}

type BannerProps = Omit<Props, 'title'> & {
  title?: string;
  /** A warning where what was read before is still shown, or the page can do without. */
  kind?: 'danger' | 'warning';
};

/** Beside other things, or beside what was read before: what could not be read, why, and another try. */
export function FailedBanner({ kind = 'danger', title, error, onRetry }: BannerProps) {
  return (
    <Banner kind={kind} title={title} action={<Retry onRetry={onRetry} />}>
      {errorText(error)}
    </Banner>
  );
}

function Retry({ onRetry }: Pick<Props, 'onRetry'>) {
  const { t } = useTranslation();
  return <Button onClick={() => void onRetry()}>{t('retry')}</Button>;
}
