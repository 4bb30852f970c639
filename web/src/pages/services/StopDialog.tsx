import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, Dialog } from '@/ui';

import type { Service } from './service';
import { useServiceAction } from './useServiceAction';

type Props = { organizationId: string; service: Service; onClose: () => void };

export function StopDialog({ organizationId, service, onClose }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const [busy, setBusy] = useState(false);
  const act = useServiceAction(organizationId);
  const stop = async () => {
    if (busy) return;
    setBusy(true);
    await act(service, 'stop');
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('stopTitle', { name: service.name })}
      description={t('stopText')}
      onSubmit={(event) => {
        event.preventDefault();
        void stop();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('stopService')}
          </Button>
        </>
      }
    />
  );
}
