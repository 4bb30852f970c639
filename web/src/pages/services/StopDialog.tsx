import { useTranslation } from 'react-i18next';

import { ConfirmDialog } from '@/ui';

import type { Service } from './service';
import { useServiceAction } from './useServiceAction';

type Props = { organizationId: string; service: Service; onClose: () => void };

export function StopDialog({ organizationId, service, onClose }: Props) {
  const { t } = useTranslation('services');
  const act = useServiceAction(organizationId);
  const stop = async () => {
    await act(service, 'stop');
    onClose();
  };
  return <ConfirmDialog title={t('stopTitle', { name: service.name })} description={t('stopText')} confirm={t('stopService')} onConfirm={stop} onClose={onClose} />;
}
