import { useTranslation } from 'react-i18next';

import { Button, Dialog } from '@/ui';

import type { Taken } from './useTaken';

type Props = { open: boolean; taken: Taken; onStay: () => void; onLeave: () => void };

/** Before a secret is lost that nobody took along. */
export function LeaveQuestion({ open, taken, onStay, onLeave }: Props) {
  const { t } = useTranslation('keyForm');
  const text = taken.keySecret ? t('leaveKeyId') : taken.keyId ? t('leaveKeySecret') : t('leaveNothing');
  return (
    <Dialog
      open={open}
      onClose={onStay}
      title={t('leaveTitle')}
      description={text}
      footer={
        <>
          <Button onClick={onStay}>{t('leaveStay')}</Button>
          <Button kind="danger" onClick={onLeave}>
            {t('leaveGo')}
          </Button>
        </>
      }
    />
  );
}
