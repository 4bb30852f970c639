import type { Schema } from '@/api';
import { Hint, Muted, VisuallyHidden } from '@/ui';

import styles from './keys.module.css';
import type { Layout } from './useLayout';
import type { Words } from './useWords';

/** How many letters of role names fit into two lines of the column. */
const room: Record<Layout, number> = { wide: 32, compact: 24, cards: Infinity };

type Props = { roles: Schema<'ApiKey'>['assignedRoles']; layout: Layout; words: Words };

/** The names of the key's roles; those that do not fit are a number and a tooltip. */
export function Permissions({ roles, layout, words: { t, number, list } }: Props) {
  const names = roles.map((role) => role.roleName);
  if (names.length === 0) return <Muted>{t('noPermissions')}</Muted>;
  const shown = namesWithin(names, room[layout], list);
  const more = names.length - shown.length;
  return (
    <span className={styles.roles}>
      {list(shown)}
      {more > 0 && ' '}
      {more > 0 && (
        <Hint text={list(names)}>
          <span aria-hidden>{t('more', { number: number(more) })}</span>
          <VisuallyHidden>{t('moreRoles', { number: number(more) })}</VisuallyHidden>
        </Hint>
      )}
    </span>
  );
}

/** The first one, and those after it that fit. */
function namesWithin(names: readonly string[], letters: number, list: Words['list']): readonly string[] {
  const shown = names.findIndex((_, index) => index > 0 && list(names.slice(0, index + 1)).length > letters);
  return shown < 0 ? names : names.slice(0, shown);
}
