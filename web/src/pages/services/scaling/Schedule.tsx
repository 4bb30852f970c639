import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { upperFirst } from '@/permissions';
import { PermittedButton } from '@/session';
import { Badge, Banner, Button, Dialog, IconButton, Muted, Section, toast } from '@/ui';

import { useThisService } from '../page/context';
import { EntryDialog } from './EntryDialog';
import styles from './scaling.module.css';
import { useEntryWords } from './useEntryWords';
import { requestOf, useSaveSchedule, type Entry } from './useSchedule';

const most = 10;

/** Other sizes at certain hours of the week. */
export function Schedule() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const [dialog, setDialog] = useState<{ kind: 'edit'; entry?: Entry } | { kind: 'remove'; entry: Entry }>();
  const entries = service.scalingSchedule?.entries ?? [];
  const close = () => setDialog(undefined);
  return (
    <Section
      title={t('scaling.schedule')}
      description={t('scaling.scheduleText')}
      actions={
        <PermittedButton
          organizationId={organizationId}
          serviceId={service.id}
          permission="control-plane:service:manage-scaling-config"
          icon="plus"
          disabledReason={entries.length >= most ? t('scaling.mostEntries') : undefined}
          onClick={() => setDialog({ kind: 'edit' })}
        >
          {t('scaling.add')}
        </PermittedButton>
      }
    >
      {entries.length === 0 ? (
        <Muted>{t('scaling.noSchedule')}</Muted>
      ) : (
        <ul className={styles.entries}>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} onEdit={() => setDialog({ kind: 'edit', entry })} onRemove={() => setDialog({ kind: 'remove', entry })} />
          ))}
        </ul>
      )}
      {dialog?.kind === 'edit' && <EntryDialog entries={entries} entry={dialog.entry} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveDialog entries={entries} entry={dialog.entry} onClose={close} />}
    </Section>
  );
}

function EntryRow({ entry, onEdit, onRemove }: { entry: Entry; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation(['services', 'common']);
  const { can } = useThisService();
  const { days, hours, local, size } = useEntryWords();
  const refused = can('control-plane:service:manage-scaling-config') ? undefined : t('common:notAllowed');
  return (
    <li className={styles.entry}>
      <div className={styles.texts}>
        <div className={styles.name}>
          {entry.name}
          {entry.isActiveNow && <Badge state="success">{t('scaling.activeNow')}</Badge>}
        </div>
        <p>{`${days(entry.weekdays)}, ${hours(entry)}`}</p>
        {local(entry) && <p className={styles.second}>{local(entry)}</p>}
        <p className={styles.second}>{upperFirst(size(entry))}</p>
      </div>
      <div className={styles.actions}>
        <IconButton icon="pencil" label={t('scaling.editOf', { name: entry.name })} disabledReason={refused} onClick={onEdit} />
        <IconButton icon="trash" label={t('scaling.removeOf', { name: entry.name })} disabledReason={refused} onClick={onRemove} />
      </div>
    </li>
  );
}

function RemoveDialog({ entries, entry, onClose }: { entries: readonly Entry[]; entry: Entry; onClose: () => void }) {
  const { t } = useTranslation(['services', 'common']);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = useSaveSchedule();
  const remove = async () => {
    setBusy(true);
    try {
      await save(entries.filter(({ id }) => id !== entry.id).map(requestOf));
      toast('success', t('scaling.scheduleSaved'));
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('scaling.removeTitle', { name: entry.name })}
      description={t('scaling.removeText')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void remove();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="danger" type="submit" busy={busy}>
            {t('scaling.remove')}
          </Button>
        </>
      }
    >
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </Dialog>
  );
}
