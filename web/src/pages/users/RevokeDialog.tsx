import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { answerOf, api } from '@/api';
import { ConfirmDialog, toast } from '@/ui';

import { invitationsKey, type Invitation } from './people';

type Props = { organizationId: string; invitation: Invitation; onClose: () => void };

export function RevokeDialog({ organizationId, invitation: { id, email }, onClose }: Props) {
  const { t } = useTranslation('users');
  const queryClient = useQueryClient();
  const revoke = async () => {
    const params = { path: { organizationId, invitationId: id } };
    await answerOf(api.DELETE('/v1/organizations/{organizationId}/invitations/{invitationId}', { params }));
    toast('success', t('revoked', { email }));
    await queryClient.invalidateQueries({ queryKey: invitationsKey(organizationId) });
    onClose();
  };
  return (
    <ConfirmDialog
      kind="danger"
      title={t('revokeTitle')}
      description={t('revokeText', { email })}
      confirm={t('revokeInvitation')}
      onConfirm={revoke}
      onClose={onClose}
    />
  );
}
