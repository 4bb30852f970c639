import { useTranslation } from 'react-i18next';

import { useFormat } from '@/format';
import { VisuallyHidden } from '@/ui';

import type { Service } from './service';
import styles from './services.module.css';

/** `most`: how many are shown before the rest becomes a number. */
export function Tags({ tags, most = Infinity }: { tags: Service['tags']; most?: number }) {
  const { t } = useTranslation('services');
  const { list } = useFormat();
  const shown = tags.slice(0, most);
  const more = tags.slice(most);
  const rest = list(more.map(textOf));
  return (
    <ul aria-label={t('tags')} className={styles.tags}>
      {shown.map((tag) => (
        <li key={tag.key} className={styles.tag}>
          {textOf(tag)}
        </li>
      ))}
      {more.length > 0 && (
        <li className={styles.tag} title={rest}>
          <span aria-hidden>{t('moreTags', { count: more.length })}</span>
          <VisuallyHidden>{rest}</VisuallyHidden>
        </li>
      )}
    </ul>
  );
}

function textOf({ key, value }: Service['tags'][number]): string {
  return value ? `${key}: ${value}` : key;
}
