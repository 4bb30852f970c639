import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { Banner, FormDialog, toast, TypeToConfirm } from '@/ui';

import { allows, isGoing, type Service } from './service';
import styles from './services.module.css';
import { isGone, useService, useServiceChanges } from './useServices';

type Props = { organizationId: string; service: Service; onClose: () => void; onDeleted?: () => void };

/** Deletes a service, once its name was typed. One that runs is stopped first, which takes a moment. */
export function DeleteDialog({ organizationId, service: row, onClose, onDeleted }: Props) {
  const { t } = useTranslation('services');
  const [typed, setTyped] = useState('');
  const { service, busy, error, remove } = useDeletion(organizationId, row, () => {
    toast('success', t('deleted', { name: row.name }));
    onClose();
    onDeleted?.();
  });
  const armed = typed.trim() === service.name.trim();
  const direct = allows(service, 'delete');
  return (
    <FormDialog
      kind="danger"
      onClose={onClose}
      title={t('deleteTitle', { name: service.name })}
      description={<p className={styles.consequence}>{t('deleteText')}</p>}
      confirm={t(direct || busy ? 'deleteService' : 'stopAndDelete')}
      busy={busy}
      disabledReason={armed ? undefined : t('nameDiffers')}
      onSubmit={() => void remove()}
    >
      {!direct && !isGoing(service) && <Banner kind="warning">{busy ? t('deleteStopping') : t('deleteRunning')}</Banner>}
      <TypeToConfirm ask={t('nameToType')} text={service.name} label={t('typeName')} value={typed} onChange={setTyped} />
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </FormDialog>
  );
}

/** The service as it is now; `remove` stops it if it has to be, and deletes it as soon as that is possible. */
function useDeletion(organizationId: string, row: Service, onDeleted: () => void) {
  const { data: service = row } = useService(organizationId, row.id);
  const changes = useServiceChanges(organizationId);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const closed = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    closed.current = controller;
    return () => controller.abort(); // who closes the dialog does not want it deleted any more
  }, []);
  const remove = async () => {
    const { signal } = closed.current;
    setBusy(true);
    setError(undefined);
    try {
      if (!allows(service, 'delete') && !isGoing(service)) {
        await changes.setState(row.id, 'stop');
        await changes.until(row.id, (now) => allows(now, 'delete'), signal);
      }
      await changes.remove(row.id);
      onDeleted();
    } catch (failure) {
      if (signal.aborted) return;
      if (isGone(failure)) {
        onDeleted(); // somebody was faster
        return;
      }
      setError(failure);
      setBusy(false);
    }
  };
  return { service, busy, error, remove };
}
