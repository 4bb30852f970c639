import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, ApiError } from '@/api';
import { rolesKey, rolesQuery, type Role } from '@/permissions';
import { sessionQuery } from '@/session';
import { Banner, ConfirmDialog, toast, TypeToConfirm } from '@/ui';

import { AllowedList } from './AllowedList';
import { HolderNames } from './HolderNames';
import { useCounts } from './useCounts';

type Props = { organizationId: string; role: Role; onClose: () => void };

/** Deletes a role once its name was typed, and says before who loses what. */
export function DeleteDialog({ organizationId, role, onClose }: Props) {
  const { t } = useTranslation('roles');
  const queryClient = useQueryClient();
  const counts = useCounts();
  const [typed, setTyped] = useState('');
  const { id, name, actors, policies } = role;
  const armed = typed.trim() === name.trim();

  const remove = async () => {
    try {
      await answerOf(api.DELETE('/v1/organizations/{organizationId}/roles/{roleId}', { params: { path: { organizationId, roleId: id } } }));
    } catch (failure) {
      if (!(failure instanceof ApiError && failure.status === 404)) throw failure; // somebody else was faster
    }
    queryClient.setQueryData(rolesQuery(organizationId).queryKey, (roles) => roles?.filter((one) => one.id !== id));
    for (const queryKey of [sessionQuery.queryKey, rolesKey(organizationId), ['keys', organizationId], ['members', organizationId]]) void queryClient.invalidateQueries({ queryKey });
    toast('success', t('deletedToast', { name }));
    onClose();
  };

  return (
    <ConfirmDialog
      kind="danger"
      onClose={onClose}
      title={t('deleteTitle', { name })}
      description={t(actors.length > 0 ? 'deleteText' : 'deleteUnused', { who: counts(actors) })}
      confirm={t('deleteRole')}
      disabledReason={armed ? undefined : t('nameDiffers')}
      onConfirm={remove}
    >
      {actors.length > 0 && (
        <Banner kind="warning" title={t('theyLose')}>
          <AllowedList organizationId={organizationId} policies={policies.filter(({ allowDeny }) => allowDeny === 'ALLOW')} />
        </Banner>
      )}
      {actors.length > 0 && <HolderNames organizationId={organizationId} label={t('holders')} refs={actors} />}
      <TypeToConfirm ask={t('nameToType')} text={name} label={t('typeName')} value={typed} onChange={setTyped} />
    </ConfirmDialog>
  );
}
