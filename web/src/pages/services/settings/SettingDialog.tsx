import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, errorText } from '@/api';
import { Badge, Banner, Button, Dialog, Mono, Muted, SearchField, Select, Skeleton, TextField, toast } from '@/ui';

import { plainText } from './describe';
import { Description } from './Description';
import styles from './settings.module.css';
import { textOf, useSettingChanges, useSettingsSchema, type Setting, type SettingSchema, type Warning } from './useClickhouseSettings';

type Props = {
  /** The setting to change; without one it is chosen first. */
  name: string | undefined;
  /** Those that are set. */
  settings: readonly Setting[];
  onSaved: (warnings: readonly Warning[]) => void;
  onClose: () => void;
};

/** Gives a setting of ClickHouse a value. One dialog for both steps: the focus returns to the button that opened it. */
export function SettingDialog({ name, settings, onSaved, onClose }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const { data: schema, error } = useSettingsSchema();
  const [chosen, setChosen] = useState(name);
  const before = settings.find((setting) => setting.name === chosen);
  const [typed, setValue] = useState(before ? textOf(before.value) : '');
  // One that the list does not have can be changed all the same.
  const entry = schema?.find((known) => known.name === chosen) ?? (chosen !== undefined && before ? { name: chosen, type: 'string', description: '' } : undefined);
  const value = entry && isSwitch(entry) ? (switched[typed] ?? typed) : typed;
  const saving = useSaving(entry, value, (warnings) => {
    onSaved(warnings);
    onClose();
  });
  const choose = (next: SettingSchema) => {
    const already = settings.find((setting) => setting.name === next.name);
    setValue(already ? textOf(already.value) : isSwitch(next) ? '1' : '');
    setChosen(next.name);
    saving.forgive();
  };
  const change = (next: string) => {
    setValue(next);
    saving.forgive();
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={entry?.name ?? t('settings.chooseTitle')}
      {...(entry && {
        onSubmit: (event) => {
          event.preventDefault();
          if (!saving.busy) void saving.save();
        },
        footer: (
          <>
            {name === undefined && <Button onClick={() => setChosen(undefined)}>{t('settings.back')}</Button>}
            <Button onClick={onClose}>{t('common:cancel')}</Button>
            <Button kind="primary" type="submit" busy={saving.busy}>
              {t('common:save')}
            </Button>
          </>
        ),
      })}
    >
      {entry ? (
        <>
          {saving.error !== undefined && (
            <Banner kind="danger" title={t('settings.saveFailed')}>
              {errorText(saving.error)}
            </Banner>
          )}
          <Value entry={entry} value={value} wrong={saving.wrong} takeFocus={name === undefined} onChange={change} />
        </>
      ) : schema ? (
        <Chooser schema={schema} onChoose={choose} />
      ) : error ? (
        <Banner kind="danger" title={t('settings.schemaFailed')}>
          {errorText(error)}
        </Banner>
      ) : (
        <Skeleton height={240} />
      )}
    </Dialog>
  );
}

function useSaving(entry: SettingSchema | undefined, value: string, onSaved: (warnings: readonly Warning[]) => void) {
  const { t } = useTranslation('services');
  const { set } = useSettingChanges();
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    if (!entry) return;
    const text = value.trim();
    const pattern = text === auto && entry.example === auto ? undefined : patterns[entry.type];
    if (text === '' || pattern?.test(text) === false) {
      setWrong(t(text === '' ? 'settings.expectsSomething' : entry.type === 'integer' ? 'settings.expectsInteger' : 'settings.expectsNumber'));
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      const warnings = await set(entry.name, pattern ? numberOf(text) : text);
      toast('success', t('settings.saved', { name: entry.name }));
      onSaved(warnings);
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 400) setWrong(errorText(failure));
      else setError(failure);
      setBusy(false);
    }
  };
  return { wrong, busy, error, save, forgive: () => setWrong(undefined) };
}

const most = 30;

/** The settings that one searches for. */
function Chooser({ schema, onChoose }: { schema: readonly SettingSchema[]; onChoose: (entry: SettingSchema) => void }) {
  const { t } = useTranslation('services');
  const [search, setSearch] = useState('');
  // Their Markdown is read once, not with each letter.
  const choices = useMemo(() => schema.map((entry) => ({ entry, text: plainText(entry.description) })), [schema]);
  const found = find(choices, search);
  return (
    <>
      <SearchField label={t('settings.search')} value={search} onChange={setSearch} />
      <p role="status" className={styles.second}>
        {found.length > most ? t('settings.firstOf', { shown: most, total: found.length }) : t('settings.found', { count: found.length })}
      </p>
      {found.length === 0 ? (
        <Muted>{t('settings.nothing')}</Muted>
      ) : (
        <ul className={styles.choices}>
          {found.slice(0, most).map(({ entry, text }) => (
            <li key={entry.name}>
              <button type="button" className={styles.choice} onClick={() => onChoose(entry)}>
                <span className={styles.title}>
                  <Mono>{entry.name}</Mono>
                  {entry.deprecationNotice && <Badge state="warning">{t('settings.deprecated')}</Badge>}
                </span>
                <span lang="en" className={styles.clamped}>
                  {text}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

type Choice = { entry: SettingSchema; text: string };

/** What begins like the search first, then what has it in its name, then what is only described so. */
function find(choices: readonly Choice[], search: string): Choice[] {
  const words = search.trim().toLowerCase().split(/[\s_]+/).filter(Boolean);
  const start = words.join('_');
  const holds = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const rank = ({ entry: { name }, text }: Choice) => (name.startsWith(start) ? 0 : holds(name) ? 1 : holds(`${name} ${text}`) ? 2 : 3);
  return [0, 1, 2].flatMap((wanted) => choices.filter((choice) => rank(choice) === wanted));
}

/** How the values of the types look that are sent as numbers. */
const patterns: Readonly<Record<string, RegExp | undefined>> = { integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/, boolean: /^[01]$/ };

/** What settings of any type may say that leave the choice to ClickHouse. */
const auto = 'auto';

/** Larger numbers than JavaScript counts to go as texts. */
function numberOf(text: string): string | number {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
}

/** What a client may have set a switch to, as the options have it. */
const switched: Readonly<Record<string, string | undefined>> = { true: '1', false: '0' };

/** On or off. */
function isSwitch(entry: SettingSchema): boolean {
  return entry.enum?.join() === '0,1';
}

/** `takeFocus`: it stands in the place of the list that had it. */
type ValueProps = { entry: SettingSchema; value: string; wrong: string | undefined; takeFocus: boolean; onChange: (value: string) => void };

function Value({ entry, value, wrong, takeFocus, onChange }: ValueProps) {
  const { t } = useTranslation('services');
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) root.current?.querySelector<HTMLElement>('input, [role="combobox"]')?.focus();
  }, [takeFocus]);
  const options = isSwitch(entry)
    ? [...(entry.example === auto ? [{ value: auto, label: auto }] : []), { value: '1', label: t('settings.on') }, { value: '0', label: t('settings.off') }]
    : (entry.enum ?? []).map((one) => ({ value: String(one), label: String(one) }));
  const field = { label: t('settings.value'), hint: entry.example ? t('settings.own', { value: entry.example }) : undefined, error: wrong, value };
  return (
    <>
      {entry.description && <Description text={entry.description} />}
      {entry.warning && <Banner kind="warning">{entry.warning}</Banner>}
      {entry.deprecationNotice && <Banner kind="warning">{entry.deprecationNotice}</Banner>}
      <div ref={root}>
        {options.length > 0 ? (
          <Select {...field} onChange={onChange} options={options} />
        ) : (
          <TextField
            {...field}
            mono
            autoComplete="off"
            spellCheck={false}
            {...(patterns[entry.type] && { inputMode: 'decimal' as const })}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </div>
    </>
  );
}
