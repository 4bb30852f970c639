import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { PermittedButton } from '@/session';
import { Banner, ConfirmDialog, FailedBanner, Mono, Muted, Section, Skeleton, toast } from '@/ui';

import { useThisService } from '../page/context';
import { EditableRow, EditableRows } from '../page/EditableRows';
import { firstSentence } from './describe';
import { SettingDialog } from './SettingDialog';
import styles from './settings.module.css';
import { isOwnValue, textOf, useSettingChanges, useSettings, useSettingsSchema, type Setting, type SettingSchema, type Warning } from './useClickhouseSettings';

/** Settings of the server that hold for every query. */
export function ClickhouseSettings() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { data, error, refetch } = useSettings();
  const { data: schema } = useSettingsSchema();
  const [dialog, setDialog] = useState<{ kind: 'set' | 'reset'; name?: string }>();
  const [warnings, setWarnings] = useState<readonly Warning[]>([]);
  const close = () => setDialog(undefined);
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
                <Mono>{name}</Mono>
                <p lang="en">{message}</p>
              </li>
            ))}
          </ul>
        </Banner>
      )}
      {data ? (
        data.length === 0 ? (
          <Muted>{t('settings.none')}</Muted>
        ) : (
          <EditableRows dense>
            {data.map((setting) => (
              <Row
                key={setting.name}
                setting={setting}
                schema={schema?.find(({ name }) => name === setting.name)}
                onEdit={() => setDialog({ kind: 'set', name: setting.name })}
                onReset={() => setDialog({ kind: 'reset', name: setting.name })}
              />
            ))}
          </EditableRows>
        )
      ) : error ? (
        <FailedBanner title={t('settings.failed')} error={error} onRetry={refetch} />
      ) : (
        <Skeleton height={142} />
      )}
      {dialog?.kind === 'set' && <SettingDialog name={dialog.name} settings={data ?? []} onSaved={setWarnings} onClose={close} />}
      {dialog?.kind === 'reset' && dialog.name && <ResetDialog name={dialog.name} onClose={close} />}
    </Section>
  );
}

type RowProps = { setting: Setting; schema: SettingSchema | undefined; onEdit: () => void; onReset: () => void };

function Row({ setting, schema, onEdit, onReset }: RowProps) {
  const { t } = useTranslation('services');
  const { name } = setting;
  return (
    <EditableRow edit={t('settings.editOf', { name })} remove={t('settings.resetOf', { name })} permission="control-plane:service:manage" onEdit={onEdit} onRemove={onReset}>
      <p>
        <Mono>{name}</Mono>
        <span className={styles.equals}> = </span>
        <Mono>{textOf(setting.value)}</Mono>
      </p>
      {/* Its place is there before it is: nothing moves when the schema arrives. */}
      <p className={styles.sentence}>
        {isOwnValue(setting, schema) && <span className={styles.own}>{t('settings.isOwn')}</span>}
        <span lang="en">{firstSentence(schema?.description ?? '')}</span>
      </p>
      {name === pinned && <p className={styles.second}>{t('settings.pinned')}</p>}
    </EditableRow>
  );
}

/** Every service gets it when it first runs. Whether it was changed since, the API does not tell. */
const pinned = 'compatibility';

function ResetDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation('services');
  const { reset } = useSettingChanges();
  const run = async () => {
    await reset(name);
    toast('success', t('settings.resetDone', { name }));
    onClose();
  };
  return (
    <ConfirmDialog title={t('settings.resetTitle', { name })} description={t('settings.resetText')} confirm={t('settings.reset')} onConfirm={run} onClose={onClose} />
  );
}
