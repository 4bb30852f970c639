import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, errorText } from '@/api';
import { Button, Flyout } from '@/ui';

import { Ability } from './Ability';
import { isUnknown, showBesideField } from './failure';
import { KeyFields, type Failure } from './KeyFields';
import { LeaveQuestion } from './LeaveQuestion';
import type { RoleIds } from './roles';
import { DownloadEnv, SecretScreen, type NewKey } from './SecretScreen';
import { useFormRoles, useKeyForm } from './useKeyForm';
import { useMinute } from './useMinute';
import { useShort } from './useShort';
import { useStay } from './useStay';
import { useTaken } from './useTaken';
import { requestOf, type KeyValues } from './values';

type Props = { organizationId: string; open: boolean; onClose: () => void };

/** Makes a key, and then shows its secret: this once. Nothing of it is kept when it closes. */
export function NewKeyFlyout({ open, ...props }: Props) {
  return open ? <OpenFlyout {...props} /> : null;
}

function OpenFlyout({ organizationId, onClose }: Omit<Props, 'open'>) {
  const { t } = useTranslation('keyForm');
  const { t: common } = useTranslation();
  // Here and nowhere else: not in a query or a mutation, which the cache remembers.
  const [made, setMade] = useState<NewKey>();
  const { form, now, failure, custom, services, submit } = useNewKey(organizationId, setMade);
  const { isSubmitting, isDirty } = form.formState;
  const { taken, take, asking, question, askToClose } = useTaken(made !== undefined, onClose);
  // The answer would come to nobody, and the secret with it.
  useStay(isSubmitting);

  const short = useShort();
  const ability = <Ability control={form.control} now={now} custom={custom} services={services} />;
  const close = () => {
    if (made) askToClose();
    else if (!isSubmitting) onClose();
  };
  return (
    <>
      <Flyout
        open
        wide
        onClose={close}
        keepOpen={!made && (isDirty || isSubmitting)}
        title={made ? t('secretTitle') : t('newTitle')}
        {...(!made && {
          onSubmit: (event) => {
            if (isSubmitting) event.preventDefault();
            else void submit(event);
          },
        })}
        footer={
          made ? (
            <>
              <DownloadEnv made={made} take={take} />
              <Button key="done" kind="primary" onClick={close}>
                {t('done')}
              </Button>
            </>
          ) : (
            <>
              {!short && ability}
              <Button onClick={close}>{common('cancel')}</Button>
              <Button key="generate" kind="primary" type="submit" busy={isSubmitting}>
                {t('generate')}
              </Button>
            </>
          )
        }
      >
        {made ? <SecretScreen organizationId={organizationId} made={made} take={take} /> : (
          <>
            <KeyFields organizationId={organizationId} form={form} now={now} custom={custom} services={services} failure={failure} />
            {short && ability}
          </>
        )}
      </Flyout>
      {asking && <LeaveQuestion taken={taken} {...question} />}
    </>
  );
}

function useNewKey(organizationId: string, onMade: (made: NewKey) => void) {
  const { t } = useTranslation('keyForm');
  const queryClient = useQueryClient();
  const form = useKeyForm();
  const now = useMinute();
  const { custom, services, roleIds, limit } = useFormRoles(organizationId);
  const [failure, setFailure] = useState<Failure>();
  const submit = form.handleSubmit(async (values) => {
    setFailure(undefined);
    let ids: RoleIds;
    try {
      ids = await roleIds();
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
    const body = requestOf(given, ids, now);
    try {
      const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/keys', { params: { path: { organizationId } }, body }));
      onMade({ name: result.key.name, keyId: result.keyId ?? '', keySecret: result.keySecret ?? '' });
    } catch (error) {
      if (showBesideField(error, { values, body, ids }, form.setError, t)) return;
      setFailure(isUnknown(error) ? { title: t('unknownTitle'), text: t('unknownText') } : { title: t('generateFailed'), text: errorText(error) });
    } finally {
      void queryClient.invalidateQueries({ queryKey: ['keys', organizationId] });
    }
  });
  return { form, now, failure, custom, services, submit };
}
