import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { ConfirmDialog, toast } from '@/ui';

import { GoneDialog } from './GoneDialog';
import { isGone, useKey } from './useKey';
import { useKeyChanges } from './useKeyChanges';
import { useLastUse } from './useLastUse';

type Props = { organizationId: string; row: Schema<'ApiKey'>; onClose: () => void };

export function DisableDialog({ organizationId, row, onClose }: Props) {
  const { t } = useTranslation('keys');
  const [refused, setRefused] = useState(false);
  const { key, gone } = useKey(organizationId, row);
  const changes = useKeyChanges(organizationId);
  const lastUse = useLastUse(key.usedAt);
  const name = key.name;

  const disable = async () => {
    try {
      await changes.setState(key.id, 'disabled');
    } catch (failure) {
      if (!isGone(failure)) throw failure;
      setRefused(true);
      return;
    }
    toast('success', t('disabledToast', { name }));
    onClose();
  };

  if (gone || refused) {
    const leave = () => {
      changes.forget(key.id);
      onClose();
    };
    return <GoneDialog name={name} onLeave={leave} />;
  }
  return (
    <ConfirmDialog title={t('disableTitle', { name })} description={t('disableText')} confirm={t('disableKey')} onConfirm={disable} onClose={onClose}>
      <p>{lastUse}</p>
    </ConfirmDialog>
  );
}
