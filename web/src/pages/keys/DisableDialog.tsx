import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText, type Schema } from '@/api';
import { Banner, Button, Dialog, toast } from '@/ui';

import { GoneDialog } from './GoneDialog';
import { isGone, useKey } from './useKey';
import { useKeyChanges } from './useKeyChanges';
import { useLastUse } from './useLastUse';

type Props = { organizationId: string; row: Schema<'ApiKey'>; onClose: () => void };

export function DisableDialog({ organizationId, row, onClose }: Props) {
  const { t } = useTranslation(['keys', 'common']);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { key, gone: deleted } = useKey(organizationId, row);
  const changes = useKeyChanges(organizationId);
  const lastUse = useLastUse(key.usedAt);
  const gone = deleted || isGone(error);
  const name = key.name;

  const disable = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await changes.setState(key.id, 'disabled');
      toast('success', t('disabledToast', { name }));
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
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
    <Dialog
      open
      onClose={onClose}
      title={t('disableTitle', { name })}
      description={t('disableText')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void disable();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('disableKey')}
          </Button>
        </>
      }
    >
      <p>{lastUse}</p>
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </Dialog>
  );
}
