import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText, type Schema } from '@/api';
import { PermittedButton } from '@/session';
import { Banner, FormDialog, toast, TypeToConfirm } from '@/ui';

import { GoneDialog } from './GoneDialog';
import styles from './keys.module.css';
import { isGone, useKey } from './useKey';
import { useKeyChanges } from './useKeyChanges';
import { useLastUse } from './useLastUse';

type Props = { organizationId: string; row: Schema<'ApiKey'>; onClose: () => void };

export function DeleteDialog({ organizationId, row, onClose }: Props) {
  const { t } = useTranslation('keys');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState<'delete' | 'disable'>();
  const [error, setError] = useState<unknown>();
  const { key, gone: deleted } = useKey(organizationId, row);
  const changes = useKeyChanges(organizationId);
  const gone = deleted || isGone(error);
  const name = key.name;
  const lastUse = useLastUse(key.usedAt);
  const armed = typed.trim() === name.trim();

  const change = async (kind: 'delete' | 'disable') => {
    if (busy) return;
    setBusy(kind);
    setError(undefined);
    try {
      await (kind === 'delete' ? changes.remove(key.id) : changes.setState(key.id, 'disabled'));
      toast('success', t(kind === 'delete' ? 'deletedToast' : 'disabledToast', { name }));
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(undefined);
    }
  };

  if (gone) {
    const leave = () => {
      changes.forget(key.id);
      onClose();
    };
    return <GoneDialog name={name} onLeave={leave} />;
  }
  return (
    <FormDialog
      kind="danger"
      onClose={onClose}
      title={t('deleteTitle', { name })}
      description={<p className={styles.consequence}>{t('deleteText')}</p>}
      confirm={t('deleteKey')}
      busy={busy === 'delete'}
      disabledReason={armed ? undefined : t('nameDiffers')}
      onSubmit={() => void change('delete')}
    >
      <Banner
        kind={key.usedAt === undefined ? 'neutral' : 'warning'}
        title={lastUse}
        action={
          key.state === 'enabled' && (
            <PermittedButton
              organizationId={organizationId}
              permission="control-plane:organization:update-api-keys"
              busy={busy === 'disable'}
              onClick={() => void change('disable')}
            >
              {t('disableInstead')}
            </PermittedButton>
          )
        }
      >
        {key.state === 'enabled' && t('disableInsteadText')}
      </Banner>
      <TypeToConfirm ask={t('nameToType')} text={name} label={t('typeName')} value={typed} onChange={setTyped} />
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </FormDialog>
  );
}
