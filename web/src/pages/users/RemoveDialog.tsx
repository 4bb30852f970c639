import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, auth } from '@/api';
import { useSession, useTakeSession } from '@/session';
import { Banner, FormDialog, toast, TypeToConfirm, useAttempt } from '@/ui';

import { refusalText } from './failure';
import { membersKey, nameOf, type Member } from './people';
import styles from './users.module.css';

type Props = { organizationId: string; member: Member; onClose: () => void };

/** Ends somebody's membership, or one's own. */
export function RemoveDialog({ organizationId, member, onClose }: Props) {
  const { t } = useTranslation('users');
  const session = useSession();
  const [typed, setTyped] = useState('');
  const { busy, error, attempt } = useAttempt();
  const isMe = session.person?.userId === member.userId;
  const organization = session.organizations.find(({ id }) => id === organizationId)?.name ?? '';
  const finish = useFinish(organizationId, isMe);
  const name = nameOf(member);
  const armed = typed.trim().toLowerCase() === member.email;

  const remove = async () => {
    const params = { path: { organizationId, userId: member.userId } };
    await answerOf(api.DELETE('/v1/organizations/{organizationId}/members/{userId}', { params }));
    toast('success', isMe ? t('left', { organization }) : t('removed', { name }));
    await finish();
    onClose();
  };
  return (
    <FormDialog
      kind="danger"
      onClose={onClose}
      title={isMe ? t('leaveTitle', { organization }) : t('removeTitle', { name })}
      description={<p className={styles.consequence}>{isMe ? t('leaveText') : t('removeText', { name, organization })}</p>}
      confirm={t(isMe ? 'leave' : 'removeMember')}
      busy={busy}
      disabledReason={armed ? undefined : t('addressDiffers')}
      onSubmit={() => void attempt(remove)}
    >
      {error !== undefined && <Banner kind="danger">{refusalText(error, t)}</Banner>}
      <TypeToConfirm ask={t(isMe ? 'ownAddressToType' : 'addressToType')} text={member.email} label={t('typeAddress')} value={typed} onChange={setTyped} />
    </FormDialog>
  );
}

/** Brings up to date what is shown. Who has left is led to where they still are a member. */
function useFinish(organizationId: string, isMe: boolean) {
  const queryClient = useQueryClient();
  const takeSession = useTakeSession();
  const navigate = useNavigate();
  return async () => {
    if (!isMe) {
      await queryClient.invalidateQueries({ queryKey: membersKey(organizationId) });
      return;
    }
    takeSession(await auth.session());
    await navigate({ to: '/', replace: true });
  };
}
