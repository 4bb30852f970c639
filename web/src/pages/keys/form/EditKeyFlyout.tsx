import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, ApiError, errorText, type Schema } from '@/api';
import { Button, Flyout, toast } from '@/ui';

import { Ability } from './Ability';
import { isUnknown, showBesideField } from './failure';
import { KeyFields, type Failure } from './KeyFields';
import type { RoleIds } from './roles';
import { useFormRoles, useKeyForm } from './useKeyForm';
import { useMinute } from './useMinute';
import { useShort } from './useShort';
import { patchOf, type KeyValues } from './values';

type Props = { organizationId: string; keyToEdit: Schema<'ApiKey'>; open: boolean; onClose: () => void };

/** Changes a key's name, permissions, expiration and addresses. */
export function EditKeyFlyout({ open, ...props }: Props) {
  return open ? <EditKey key={props.keyToEdit.id} {...props} /> : null;
}

function EditKey({ organizationId, keyToEdit, onClose }: Omit<Props, 'open'>) {
  const { t } = useTranslation('keyForm');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  // As it was when the form opened: only what the person changed is sent, whatever others change meanwhile.
  const [key] = useState(keyToEdit);
  const form = useKeyForm(key);
  const now = useMinute();
  const { custom, services, roleIds, limit } = useFormRoles(organizationId);
  const [failure, setFailure] = useState<Failure & { gone?: boolean }>();
  const { isSubmitting, isDirty } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    setFailure(undefined);
    let ids: RoleIds;
    try {
      ids = new Map([...(await roleIds()), ...key.assignedRoles.map((role) => [role.roleName, role.roleId] as const)]);
    } catch (error) {
      setFailure({ title: t('rolesFailed'), text: errorText(error) });
      return;
    }
    let given: KeyValues;
    try {
      given = await limit(values);
    } catch (error) {
      setFailure({ title: t('limitedRoleFailed'), text: errorText(error) });
      return;
    }
    const body = patchOf(key, given, ids, now);
    if (Object.keys(body).length === 0) {
      onClose();
      return;
    }
    try {
      await answerOf(api.PATCH('/v1/organizations/{organizationId}/keys/{keyId}', { params: { path: { organizationId, keyId: key.id } }, body }));
      toast('success', t('saved'), values.name);
      onClose();
    } catch (error) {
      if (showBesideField(error, { values, body, ids }, form.setError, t)) return;
      setFailure(failureOf(error));
    } finally {
      void queryClient.invalidateQueries({ queryKey: ['keys', organizationId] });
    }
  });

  const failureOf = (error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return { title: t('deletedTitle'), text: t('deletedText'), gone: true };
    if (isUnknown(error)) return { title: t('saveUnknownTitle'), text: t('saveUnknownText') };
    return { title: t('saveFailed'), text: errorText(error) };
  };
  const short = useShort();
  const ability = <Ability control={form.control} now={now} custom={custom} services={services} edited={key} />;
  const close = () => {
    if (!isSubmitting) onClose();
  };
  return (
    <Flyout
      open
      onClose={close}
      wide
      keepOpen={isDirty || isSubmitting}
      title={t('editTitle')}
      onSubmit={(event) => {
        if (isSubmitting || failure?.gone) event.preventDefault();
        else void submit(event);
      }}
      footer={
        <>
          {!short && ability}
          <Button onClick={close}>{common(failure?.gone ? 'close' : 'cancel')}</Button>
          <Button kind="primary" type="submit" busy={isSubmitting} disabledReason={failure?.gone ? t('deletedText') : undefined}>
            {t('saveChanges')}
          </Button>
        </>
      }
    >
      <KeyFields organizationId={organizationId} form={form} now={now} custom={custom} services={services} edited={key} failure={failure} />
      {short && ability}
    </Flyout>
  );
}
