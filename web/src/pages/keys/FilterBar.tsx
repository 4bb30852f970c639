import { useEffect, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';

import { ListTools, Select } from '@/ui';

import styles from './keys.module.css';
import { statuses } from './status';
import type { useKeyFilter } from './useKeyFilter';

/** How long nothing has to be typed before the server is asked. */
const pause = 200;

type Props = Pick<ReturnType<typeof useKeyFilter>, 'filter' | 'setSearch' | 'setStatus'> & { ref: RefObject<HTMLInputElement | null> };

export function FilterBar({ filter, setSearch, setStatus, ref }: Props) {
  const { t } = useTranslation('keys');
  const search = useTyped(filter.search, setSearch);
  const options = [{ value: 'all' as const, label: t('allStatuses') }, ...statuses.map((value) => ({ value, label: t(value) }))];
  return (
    <ListTools label={t('search')} value={search.text} onChange={search.setText} ref={ref}>
      <Select
        label={t('status')}
        labelHidden
        options={options}
        value={filter.status ?? 'all'}
        onChange={(value) => setStatus(value === 'all' ? undefined : value)}
        className={styles.status}
      />
    </ListTools>
  );
}

/** The text in the field, which runs ahead of the value that is searched for. */
function useTyped(value: string, onPause: (text: string) => void) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [sent, setSent] = useState(value);
  // Changed by something else, such as a link or "clear filter"; what comes back from here must not undo what was typed since.
  if (value !== seen) {
    setSeen(value);
    if (value !== sent) {
      setText(value);
      setSent(value);
    }
  }
  useEffect(() => {
    const next = text.trim();
    if (next === sent) return;
    const timer = setTimeout(() => {
      setSent(next);
      onPause(next);
    }, pause);
    return () => clearTimeout(timer);
  });
  return { text, setText };
}
