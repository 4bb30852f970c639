import { useTranslation } from 'react-i18next';

import { PermittedButton } from '@/session';

import { mayManage } from './people';

export function InviteButton({ organizationId, onClick }: { organizationId: string; onClick: () => void }) {
  const { t } = useTranslation('users');
  return (
    <PermittedButton organizationId={organizationId} permission={mayManage} kind="primary" icon="plus" onClick={onClick}>
      {t('invite')}
    </PermittedButton>
  );
}
