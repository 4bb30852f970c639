import { useTranslation } from 'react-i18next';

import { ConfirmDialog } from '@/ui';

import type { Taken } from './useTaken';

type Props = { taken: Taken; onStay: () => void; onLeave: () => void };

/** Before a secret is lost that nobody took along. */
export function LeaveQuestion({ taken, onStay, onLeave }: Props) {
  const { t } = useTranslation('keyForm');
  const text = taken.keySecret ? t('leaveKeyId') : taken.keyId ? t('leaveKeySecret') : t('leaveNothing');
  return <ConfirmDialog kind="danger" title={t('leaveTitle')} description={text} cancel={t('leaveStay')} confirm={t('leaveGo')} onConfirm={onLeave} onClose={onStay} />;
}
