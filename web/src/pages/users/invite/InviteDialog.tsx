import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { Button, Dialog } from '@/ui';

import { defaultRoles, useRoleChoices } from '../useRoleChoices';
import { addressesIn, isAddress, mostAddresses } from './addresses';
import { InviteForm } from './InviteForm';
import { Results } from './Results';
import { useCorrections } from './useCorrections';
import { useInvites } from './useInvites';

type Props = { organizationId: string; onClose: () => void };

/** Invites several people with the same roles, and then says what became of each. */
export function InviteDialog({ organizationId, onClose }: Props) {
  const { t } = useTranslation('users');
  const { t: common } = useTranslation();
  const { list } = useFormat();
  const choices = useRoleChoices(organizationId);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string[]>();
  const [errors, setErrors] = useState<{ emails?: string | undefined; roles?: string | undefined }>({});
  const { invites, busy, start, again, forget } = useInvites(organizationId);
  const corrections = useCorrections(invites);
  const roleIds = chosen ?? defaultRoles(choices.data ?? []);
  const emails = addressesIn(text);
  const asking = invites.length === 0;

  const submit = async () => {
    if (busy) return;
    if (asking) {
      const wrong = wrongAddresses(emails, t, list);
      setErrors({ emails: wrong });
      if (wrong || !choices.data) return;
    }
    const failed = corrections.take();
    const refused = await (asking ? start(emails, roleIds) : failed && again(failed, roleIds));
    if (refused === undefined || !asking) return;
    forget(); // nobody was invited: the roles have to be chosen anew
    setErrors({ roles: refused });
  };
  const close = () => {
    if (!busy) onClose();
  };
  return (
    <Dialog
      open
      wide
      keepOpen={!asking || text !== ''}
      onClose={close}
      title={asking ? t('invite') : busy ? t('inviting') : t('invited')}
      description={asking ? t('inviteText') : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      footer={
        asking ? (
          <>
            <Button onClick={close}>{common('cancel')}</Button>
            <Button key="invite" kind="primary" type="submit" busy={busy}>
              {t('inviteCount', { count: emails.length })}
            </Button>
          </>
        ) : (
          <>
            {corrections.failed.length > 0 && (
              <Button key="again" type="submit" busy={busy}>
                {common('retry')}
              </Button>
            )}
            <Button key="done" kind="primary" busy={busy} onClick={close}>
              {t('done')}
            </Button>
          </>
        )
      }
    >
      {asking ? (
        <InviteForm text={text} onText={setText} emails={emails} choices={choices} roleIds={roleIds} onRoles={setChosen} errors={errors} />
      ) : (
        <Results invites={invites} busy={busy} corrections={corrections} />
      )}
    </Dialog>
  );
}

/** What is wrong with the list of addresses. */
function wrongAddresses(emails: readonly string[], t: TFunction<'users'>, list: (texts: readonly string[]) => string): string | undefined {
  if (emails.length === 0) return t('addressWanted');
  if (emails.length > mostAddresses) return t('tooMany', { count: emails.length, most: mostAddresses });
  const wrong = emails.filter((email) => !isAddress(email));
  return wrong.length > 0 ? t('noAddresses', { count: wrong.length, addresses: list(wrong) }) : undefined;
}
