import { useTranslation } from 'react-i18next';

import { Button, Dialog } from '@/ui';

type Props = { open: boolean; onStay: () => void; onLeave: () => void };

/** Before changes are lost. */
export function UnsavedQuestion({ open, onStay, onLeave }: Props) {
  const { t } = useTranslation('roles');
  return (
    <Dialog
      open={open}
      onClose={onStay}
      title={t('leaveTitle')}
      description={t('leaveText')}
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
