import { useTranslation } from 'react-i18next';

import type { Role } from '@/permissions';
import { Button, Dialog } from '@/ui';

import { HolderNames } from './HolderNames';
import { useCounts } from './useCounts';

/** Who has a role. */
export function HoldersDialog({ organizationId, role, onClose }: { organizationId: string; role: Role; onClose: () => void }) {
  const { t } = useTranslation(['roles', 'common']);
  const counts = useCounts();
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('holdersTitle', { name: role.name })}
      description={counts(role.actors)}
      footer={<Button onClick={onClose}>{t('common:close')}</Button>}
    >
      <HolderNames organizationId={organizationId} label={t('holders')} refs={role.actors} />
    </Dialog>
  );
}
