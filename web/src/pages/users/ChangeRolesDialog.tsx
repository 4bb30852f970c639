import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api } from '@/api';
import { rolesKey } from '@/permissions';
import { sessionQuery, useSession } from '@/session';
import { Banner, FormDialog, toast, useAttempt } from '@/ui';

import { refusalText } from './failure';
import { membersKey, nameOf, type Member } from './people';
import { RolesField } from './RolesField';
import { useListWords } from './roleWords';
import { useRoleChoices, type RoleChoice } from './useRoleChoices';

type Props = { organizationId: string; member: Member; onClose: () => void };

export function ChangeRolesDialog({ organizationId, member, onClose }: Props) {
  const { t } = useTranslation('users');
  const queryClient = useQueryClient();
  const choices = useRoleChoices(organizationId);
  const [chosen, setChosen] = useState(() => member.assignedRoles.map((role) => role.roleId));
  const { busy, error, attempt } = useAttempt();
  const { given, taken } = differences(member.assignedRoles, chosen, choices.data ?? []);
  const name = nameOf(member);
  const isMe = useSession().person?.userId === member.userId;
  const unchanged = given.length + taken.length === 0;

  const save = async () => {
    const params = { path: { organizationId, userId: member.userId } };
    await answerOf(api.PATCH('/v1/organizations/{organizationId}/members/{userId}', { params, body: { assignedRoleIds: chosen } }));
    toast('success', t('rolesChanged', { name }));
    void queryClient.invalidateQueries({ queryKey: rolesKey(organizationId) });
    if (isMe) void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    await queryClient.invalidateQueries({ queryKey: membersKey(organizationId) });
    onClose();
  };
  return (
    <FormDialog
      wide
      keepOpen={!unchanged}
      onClose={onClose}
      title={t('changeRolesOf', { name })}
      description={t('changeRolesText')}
      confirm={t('saveRoles')}
      busy={busy}
      disabledReason={unchanged ? t('nothingChanges') : undefined}
      onSubmit={() => void attempt(save)}
    >
      <RolesField choices={choices} value={chosen} error={error === undefined ? undefined : refusalText(error, t)} onChange={setChosen} />
      <WhatChanges name={name} given={given} taken={taken} />
      {chosen.length === 0 && <Banner kind="warning">{t('noRoleLeft', { name })}</Banner>}
      {isMe && taken.length > 0 && <Banner kind="warning">{t('ownRoles')}</Banner>}
    </FormDialog>
  );
}

/** What saving does, in a sentence. */
function WhatChanges({ name, given, taken }: { name: string; given: readonly string[]; taken: readonly string[] }) {
  const { t } = useTranslation('users');
  const list = useListWords();
  const words = { name, given: list(given), taken: list(taken) };
  return (
    <p role="status">
      {given.length > 0 && taken.length > 0 ? t('getsAndLoses', words) : given.length > 0 ? t('gets', words) : taken.length > 0 ? t('loses', words) : t('nothingChanges')}
    </p>
  );
}

/** The names of the roles that come and go. */
function differences(before: Member['assignedRoles'], after: readonly string[], choices: readonly RoleChoice[]) {
  return {
    given: choices.filter(({ roleId }) => after.includes(roleId) && !before.some((role) => role.roleId === roleId)).map((role) => role.roleName),
    taken: before.filter(({ roleId }) => !after.includes(roleId)).map((role) => role.roleName),
  };
}
