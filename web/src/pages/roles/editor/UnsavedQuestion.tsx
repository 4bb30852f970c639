import { useTranslation } from 'react-i18next';

import { ConfirmDialog } from '@/ui';

type Props = { onStay: () => void; onLeave: () => void };

/** Before changes are lost. */
export function UnsavedQuestion({ onStay, onLeave }: Props) {
  const { t } = useTranslation('roles');
  return <ConfirmDialog kind="danger" title={t('leaveTitle')} description={t('leaveText')} cancel={t('leaveStay')} confirm={t('leaveGo')} onConfirm={onLeave} onClose={onStay} />;
}
