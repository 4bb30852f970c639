import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, ApiError, errorText } from '@/api';
import { rolesKey, rolesQuery, type Role } from '@/permissions';
import { sessionQuery } from '@/session';
import { Banner, Button, Dialog, TextField, toast } from '@/ui';

import { AllowedList } from './AllowedList';
import { HolderNames } from './HolderNames';
import styles from './roles.module.css';
import { useCounts } from './useCounts';

type Props = { organizationId: string; role: Role; onClose: () => void };

/** Deletes a role once its name was typed, and says before who loses what. */
export function DeleteDialog({ organizationId, role, onClose }: Props) {
  const { t } = useTranslation(['roles', 'common']);
  const queryClient = useQueryClient();
  const counts = useCounts();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { id, name, actors, policies } = role;
  const armed = typed.trim() === name.trim();

  const remove = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await answerOf(api.DELETE('/v1/organizations/{organizationId}/roles/{roleId}', { params: { path: { organizationId, roleId: id } } }));
    } catch (failure) {
      if (!(failure instanceof ApiError && failure.status === 404)) {
        setError(failure);
        setBusy(false);
        return;
      } // somebody else was faster
    }
    queryClient.setQueryData(rolesQuery(organizationId).queryKey, (roles) => roles?.filter((one) => one.id !== id));
    for (const queryKey of [sessionQuery.queryKey, rolesKey(organizationId), ['keys', organizationId], ['members', organizationId]]) void queryClient.invalidateQueries({ queryKey });
    toast('success', t('deletedToast', { name }));
    onClose();
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={t('deleteTitle', { name })}
      description={t(actors.length > 0 ? 'deleteText' : 'deleteUnused', { who: counts(actors) })}
      onSubmit={(event) => {
        event.preventDefault();
        if (armed && !busy) void remove();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="danger" type="submit" busy={busy} disabledReason={armed ? undefined : t('nameDiffers')}>
            {t('deleteRole')}
          </Button>
        </>
      }
    >
      {actors.length > 0 && (
        <Banner kind="warning" title={t('theyLose')}>
          <AllowedList policies={policies.filter(({ allowDeny }) => allowDeny === 'ALLOW')} />
        </Banner>
      )}
      {actors.length > 0 && <HolderNames organizationId={organizationId} label={t('holders')} refs={actors} />}
      <div>
        <p>{t('nameToType')}</p>
        <p className={styles['name-to-type']}>{name}</p>
        <TextField label={t('typeName')} labelHidden autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
      </div>
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </Dialog>
  );
}
