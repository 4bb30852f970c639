import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { PermittedButton } from '@/session';
import { Banner, Button, Dialog, IconButton, Mono, Muted, Section, Skeleton, toast } from '@/ui';

import { useThisService } from '../page/context';
import { SettingDialog } from './SettingDialog';
import styles from './settings.module.css';
import { textOf, useSettingChanges, useSettings, useSettingsSchema, type Setting, type Warning } from './useClickhouseSettings';

/** Settings of the server that hold for every query. */
export function ClickhouseSettings() {
  const { t } = useTranslation(['services', 'common']);
  const { organizationId, service } = useThisService();
  const { data, error, refetch } = useSettings();
  const { data: schema, isPending } = useSettingsSchema(); // without it the rows have no descriptions, and would grow
  const [dialog, setDialog] = useState<{ kind: 'set' | 'reset'; name?: string }>();
  const [warnings, setWarnings] = useState<readonly Warning[]>([]);
  const close = () => setDialog(undefined);
  const description = (name: string) => schema?.find((known) => known.name === name)?.description;
  return (
    <Section
      title={t('settings.clickhouse')}
      description={t('settings.clickhouseText')}
      actions={
        <PermittedButton
          organizationId={organizationId}
          serviceId={service.id}
          permission="control-plane:service:manage"
          icon="plus"
          onClick={() => setDialog({ kind: 'set' })}
        >
          {t('settings.add')}
        </PermittedButton>
      }
    >
      {warnings.length > 0 && (
        <Banner kind="warning" onClose={() => setWarnings([])}>
          <ul className={styles.warnings}>
            {warnings.map(({ name, message }) => (
              <li key={name}>
                <Mono>{name}</Mono>: {message}
              </li>
            ))}
          </ul>
        </Banner>
      )}
      {data && !isPending ? (
        data.length === 0 ? (
          <Muted>{t('settings.none')}</Muted>
        ) : (
          <ul className={styles.settings}>
            {data.map((setting) => (
              <Row
                key={setting.name}
                setting={setting}
                description={description(setting.name)}
                onEdit={() => setDialog({ kind: 'set', name: setting.name })}
                onReset={() => setDialog({ kind: 'reset', name: setting.name })}
              />
            ))}
          </ul>
        )
      ) : error ? (
        <Banner kind="danger" title={t('settings.failed')} action={<Button onClick={() => void refetch()}>{t('common:retry')}</Button>}>
          {errorText(error)}
        </Banner>
      ) : (
        <Skeleton height={118} />
      )}
      {dialog?.kind === 'set' && <SettingDialog name={dialog.name} settings={data ?? []} onSaved={setWarnings} onClose={close} />}
      {dialog?.kind === 'reset' && dialog.name && <ResetDialog name={dialog.name} onClose={close} />}
    </Section>
  );
}

function Row({ setting, description, onEdit, onReset }: { setting: Setting; description: string | undefined; onEdit: () => void; onReset: () => void }) {
  const { t } = useTranslation(['services', 'common']);
  const { can } = useThisService();
  const refused = can('control-plane:service:manage') ? undefined : t('common:notAllowed');
  return (
    <li className={styles.setting}>
      <div className={styles.texts}>
        <p>
          <Mono>{setting.name}</Mono>
          <span className={styles.equals}> = </span>
          <Mono>{textOf(setting.value)}</Mono>
        </p>
        {description && <p className={styles.second}>{firstLine(description)}</p>}
      </div>
      <div className={styles.actions}>
        <IconButton icon="pencil" label={t('settings.editOf', { name: setting.name })} disabledReason={refused} onClick={onEdit} />
        <IconButton icon="trash" label={t('settings.resetOf', { name: setting.name })} disabledReason={refused} onClick={onReset} />
      </div>
    </li>
  );
}

function firstLine(description: string): string {
  return description.trim().split('\n')[0] ?? '';
}

function ResetDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation(['services', 'common']);
  const { reset } = useSettingChanges();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async () => {
    setBusy(true);
    try {
      await reset(name);
      toast('success', t('settings.resetDone', { name }));
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
      title={t('settings.resetTitle', { name })}
      description={t('settings.resetText')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void run();
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('settings.reset')}
          </Button>
        </>
      }
    >
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </Dialog>
  );
}
