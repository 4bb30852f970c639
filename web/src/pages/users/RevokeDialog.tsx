import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, errorText } from '@/api';
import { Banner, Button, Dialog, toast } from '@/ui';

import { invitationsKey, type Invitation } from './people';

type Props = { organizationId: string; invitation: Invitation; onClose: () => void };

export function RevokeDialog({ organizationId, invitation: { id, email }, onClose }: Props) {
  const { t } = useTranslation(['users', 'common']);
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const revoke = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const params = { path: { organizationId, invitationId: id } };
      await answerOf(api.DELETE('/v1/organizations/{organizationId}/invitations/{invitationId}', { params }));
      toast('success', t('revoked', { email }));
      await queryClient.invalidateQueries({ queryKey: invitationsKey(organizationId) });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('revokeTitle')}
      description={t('revokeText', { email })}
      onSubmit={(event) => {
        event.preventDefault();
        void revoke();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="danger" type="submit" busy={busy}>
            {t('revokeInvitation')}
          </Button>
        </>
      }
    >
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </Dialog>
  );
}
