import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { answerOf, api, errorText } from '@/api';
import { toast } from '@/ui';

import { invitationsKey, type Invitation } from './people';

/** Sends the mail of an invitation again, and says what became of it. */
export function useResend(organizationId: string): (invitation: Invitation) => void {
  const { t } = useTranslation('users');
  const queryClient = useQueryClient();
  const send = async ({ id, email }: Invitation) => {
    try {
      const params = { path: { organizationId, invitationId: id } };
      const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/invitations/{invitationId}/resend', { params }));
      if (result.mailState === 'sent') toast('success', t('sentAgain', { email }));
      else toast('danger', t('notSentAgain', { email }), t('mailFailedText'));
    } catch (error) {
      toast('danger', t('notSentAgain', { email }), errorText(error));
    } finally {
      void queryClient.invalidateQueries({ queryKey: invitationsKey(organizationId) });
    }
  };
  return (invitation) => void send(invitation);
}
