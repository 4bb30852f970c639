import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { Button, Dialog, FailedBanner, Skeleton } from '@/ui';

import { ShownLink } from './ShownLink';
import type { useNewLink } from './useNewLink';

/** Shows a link that was just made, this once. */
export function InvitationLinkDialog({ made, make, close }: ReturnType<typeof useNewLink>) {
  const { t } = useTranslation('users');
  const { zonedTime } = useFormat();
  if (!made) return null;
  const { invitation, url, error } = made;
  const { email, expireAt } = invitation;
  return (
    <Dialog open onClose={close} title={t('linkFor', { email })} description={t('linkText', { email })} footer={<Button onClick={close}>{t('done')}</Button>}>
      {url ? (
        <ShownLink label={t('link')} url={url} hint={t('linkUntil', { time: zonedTime(expireAt) })} />
      ) : error === undefined ? (
        <Skeleton height={60} />
      ) : (
        <FailedBanner title={t('linkFailed')} error={error} onRetry={() => make(invitation)} />
      )}
    </Dialog>
  );
}
