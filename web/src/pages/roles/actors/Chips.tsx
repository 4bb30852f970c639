import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, Icon, IconButton } from '@/ui';

import styles from './actors.module.css';
import { useActorNames } from './names';

/** As many are shown at first: each key's name is a question. */
const first = 20;

type Props = { organizationId: string; label: string; refs: readonly string[]; wrong?: string | undefined; onRemove: (ref: string) => void };

/** People and keys that were chosen, each with a button that takes it away. */
export function Chips({ organizationId, label, refs, wrong, onRemove }: Props) {
  const { t } = useTranslation('roles');
  const [all, setAll] = useState(false);
  const shown = all ? refs : refs.slice(0, first);
  const nameOf = useActorNames(organizationId, shown);
  const list = useRef<HTMLUListElement>(null);
  if (refs.length === 0) return null;
  const remove = (ref: string, index: number) => {
    const buttons = list.current?.querySelectorAll('button');
    (buttons?.[index + 1] ?? buttons?.[index - 1])?.focus(); // its own is about to go
    onRemove(ref);
  };
  return (
    <>
      <ul ref={list} aria-label={label} className={styles.chips}>
        {shown.map((ref, index) => {
          const { name, kind } = nameOf(ref);
          return (
            <li key={ref} className={styles.chip} data-wrong={ref === wrong || undefined}>
              <Icon name={kind === 'key' ? 'key' : 'user'} size={14} label={t(kind)} />
              <span className={styles['chip-name']}>{name}</span>
              <IconButton icon="cross" label={t('takeAway', { name })} plain className={styles.remove} onClick={() => remove(ref, index)} />
            </li>
          );
        })}
      </ul>
      {shown.length < refs.length && (
        <div>
          <Button kind="empty" onClick={() => setAll(true)}>
            {t('showAll', { count: refs.length })}
          </Button>
        </div>
      )}
    </>
  );
}
