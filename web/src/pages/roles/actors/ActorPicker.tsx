import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { Field, Icon, Spinner } from '@/ui';

import styles from './actors.module.css';
import type { Actor } from './names';
import { useActorSearch } from './useActorSearch';

type Props = {
  organizationId: string;
  label: string;
  labelHidden?: boolean;
  hint?: string;
  error?: string | undefined;
  /** The list pushes down what is below, where it would be cut off. */
  inFlow?: boolean;
  /** Who is not offered. */
  without?: readonly string[];
  onPick: (actor: Actor) => void;
};

/** Finds people and keys by their names: a combobox whose list opens below it. */
export function ActorPicker({ organizationId, without = [], inFlow = false, onPick, ...field }: Props) {
  const { t } = useTranslation(['roles', 'common']);
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const { found, searching } = useActorSearch(organizationId, text, open);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const offered = found.filter(({ ref }) => !without.includes(ref));
  const current = Math.min(active, offered.length - 1);

  const pick = (actor: Actor | undefined) => {
    if (!actor) return;
    onPick(actor);
    setText('');
    setActive(0);
    setOpen(false);
    input.current?.focus();
  };
  const move = (step: number) => {
    setOpen(true);
    setActive((Math.max(current, 0) + (open ? step : 0) + offered.length) % Math.max(offered.length, 1));
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return; // Enter takes over what an input method offers
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && open) pick(offered[current]);
    else if (event.key === 'Enter') setOpen(true); // it must not send the form
    else if (event.key === 'Escape' && open) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Field {...field}>
      {(control) => (
        <div className={styles.picker}>
          <span className={styles.magnifier}>
            <Icon name="search" />
          </span>
          <input
            {...control}
            ref={input}
            role="combobox"
            aria-expanded={open}
            aria-controls={listId}
            aria-autocomplete="list"
            {...(open && offered[current] && { 'aria-activedescendant': `${listId}-${current}` })}
            className={styles.input}
            placeholder={t('pickerPlaceholder')}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onFocus={() => setActive(0)}
            onBlur={() => setOpen(false)}
            onClick={() => setOpen(true)}
            onKeyDown={press}
            onChange={(event) => {
              setText(event.target.value);
              setActive(0);
              setOpen(true);
            }}
          />
          <div className={inFlow ? styles['in-flow'] : styles.popup} hidden={!open}>
            {/* A press on it, or on its scrollbar, leaves the focus where it is. */}
            <div id={listId} role="listbox" tabIndex={-1} aria-label={field.label} className={styles.options} onMouseDown={(event) => event.preventDefault()}>
              {offered.map((actor, index) => (
                // The keys are the input's: the focus never leaves it.
                // eslint-disable-next-line jsx-a11y/click-events-have-key-events
                <div
                  key={actor.ref}
                  id={`${listId}-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === current}
                  className={styles.option}
                  onPointerMove={() => setActive(index)}
                  onClick={() => pick(actor)}
                >
                  <Icon name={actor.kind === 'key' ? 'key' : 'user'} label={t(actor.kind)} />
                  <span className={styles.name}>
                    {actor.name}
                    {actor.detail && actor.detail !== actor.name && <span className={styles.detail}>{actor.detail}</span>}
                  </span>
                </div>
              ))}
            </div>
            {offered.length === 0 && <p className={styles.none}>{searching ? <Spinner label={t('common:loading')} /> : t('nobodyFound')}</p>}
          </div>
          <span role="status" className="visually-hidden">
            {open && !searching && (offered.length === 0 ? t('nobodyFound') : t('foundCount', { count: offered.length }))}
          </span>
        </div>
      )}
    </Field>
  );
}
