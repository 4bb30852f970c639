import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { upperFirst } from '@/permissions';
import { PermittedButton } from '@/session';
import { Badge, ConfirmDialog, Muted, Section, toast } from '@/ui';

import { useThisService } from '../page/context';
import { EditableRow, EditableRows } from '../page/EditableRows';
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
        <EditableRows>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} onEdit={() => setDialog({ kind: 'edit', entry })} onRemove={() => setDialog({ kind: 'remove', entry })} />
          ))}
        </EditableRows>
      )}
      {dialog?.kind === 'edit' && <EntryDialog entries={entries} entry={dialog.entry} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveDialog entries={entries} entry={dialog.entry} onClose={close} />}
    </Section>
  );
}

function EntryRow({ entry, onEdit, onRemove }: { entry: Entry; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation('services');
  const { days, hours, local, size } = useEntryWords();
  const { name } = entry;
  return (
    <EditableRow
      edit={t('scaling.editOf', { name })}
      remove={t('scaling.removeOf', { name })}
      permission="control-plane:service:manage-scaling-config"
      onEdit={onEdit}
      onRemove={onRemove}
    >
      <div className={styles.name}>
        {name}
        {entry.isActiveNow && <Badge state="success">{t('scaling.activeNow')}</Badge>}
      </div>
      <p>{t('scaling.daysAndHours', { days: days(entry.weekdays), hours: hours(entry) })}</p>
      {local(entry) && <p className={styles.second}>{local(entry)}</p>}
      <p className={styles.second}>{upperFirst(size(entry))}</p>
    </EditableRow>
  );
}

function RemoveDialog({ entries, entry, onClose }: { entries: readonly Entry[]; entry: Entry; onClose: () => void }) {
  const { t } = useTranslation('services');
  const save = useSaveSchedule();
  const remove = async () => {
    await save(entries.filter(({ id }) => id !== entry.id).map(requestOf));
    toast('success', t('scaling.scheduleSaved'));
    onClose();
  };
  return (
    <ConfirmDialog
      kind="danger"
      title={t('scaling.removeTitle', { name: entry.name })}
      description={t('scaling.removeText')}
      confirm={t('scaling.remove')}
      onConfirm={remove}
      onClose={onClose}
    />
  );
}
