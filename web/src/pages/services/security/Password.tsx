import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api } from '@/api';
import { PermittedButton } from '@/session';
import { Button, ConfirmDialog, Dialog, Section } from '@/ui';

import { ConnectCommands } from '../connect';
import { useThisService } from '../page/context';
import { ShownPassword, usePasswordTaken } from '../secret';
import { isGoing } from '../service';
import { useServiceChanges } from '../useServices';

/** Makes a new password for the service, which is shown once. */
export function Password() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const [open, setOpen] = useState(false);
  return (
    <Section
      title={t('security.password')}
      description={t('security.passwordText')}
      actions={
        <PermittedButton
          organizationId={organizationId}
          serviceId={service.id}
          permission="control-plane:service:manage"
          disabledReason={isGoing(service) ? t('notNow', { state: t(`states.${service.state}`) }) : undefined}
          onClick={() => setOpen(true)}
        >
          {t('security.reset')}
        </PermittedButton>
      }
    >
      {open && <PasswordDialog onClose={() => setOpen(false)} />}
    </Section>
  );
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { refresh } = useServiceChanges(organizationId);
  // Here and nowhere else: not in a query or a mutation, which the cache remembers.
  const [password, setPassword] = useState<string>();
  const { take, leave, question } = usePasswordTaken(password !== undefined, onClose);
  const make = async () => {
    const params = { path: { organizationId, serviceId: service.id } };
    const { result } = await answerOf(api.PATCH('/v1/organizations/{organizationId}/services/{serviceId}/password', { params, body: {} }));
    setPassword(result.password);
    refresh();
  };
  if (password !== undefined) {
    return (
      <>
        <Dialog
          open
          wide
          keepOpen
          onClose={leave}
          title={t('security.madeTitle')}
          footer={
            <Button kind="primary" onClick={leave}>
              {t('secret.done')}
            </Button>
          }
        >
          <ShownPassword service={service} password={password} onTaken={take} />
          <ConnectCommands organizationId={organizationId} service={service} password={password} onPasswordCopied={take} />
        </Dialog>
        {question}
      </>
    );
  }
  return <ConfirmDialog title={t('security.resetTitle')} description={t('security.resetText')} confirm={t('security.resetDo')} onConfirm={make} onClose={onClose} />;
}
