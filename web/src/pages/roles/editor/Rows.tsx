import { useRef } from 'react';

import { Button, IconButton, TextField } from '@/ui';

import styles from './editor.module.css';

type Props = {
  values: readonly string[];
  onChange: (values: string[]) => void;
  /** The names of the list, of its rows and of its buttons. */
  words: { list: string; row: (number: number) => string; add: string; remove: (number: number) => string; placeholder: string };
  error: (index: number) => string | undefined;
};

/** Texts, one to a row, which come and go. */
export function Rows({ values, onChange, words, error }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const append = () => {
    onChange([...values, '']);
    // The new row is there once this has been shown.
    setTimeout(() => list.current?.querySelector<HTMLElement>('li:last-child input')?.focus());
  };
  const removeAt = (index: number) => {
    onChange(values.filter((_, at) => at !== index));
    add.current?.focus(); // the button that had it is gone
  };
  return (
    <div className={styles.list}>
      {values.length > 0 && (
        <ul ref={list} aria-label={words.list} className={styles.rows}>
          {values.map((value, index) => (
            <li key={index} className={styles.row}>
              <TextField
                label={words.row(index + 1)}
                labelHidden
                mono
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                placeholder={words.placeholder}
                value={value}
                error={error(index)}
                onChange={(event) => onChange(values.map((before, at) => (at === index ? event.target.value : before)))}
              />
              <IconButton icon="trash" label={words.remove(index + 1)} onClick={() => removeAt(index)} />
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button ref={add} icon="plus" onClick={append}>
          {words.add}
        </Button>
      </div>
    </div>
  );
}
