import type { TFunction } from 'i18next';

import type { Service } from '../service';

/** As it stands in a form. */
export type Tag = { key: string; value: string };

const allowed = /^[a-zA-Z0-9._-]*$/;
const longestKey = 128;
const longestValue = 256;
export const mostTags = 50;

export function tagsIn(tags: Service['tags']): Tag[] {
  return tags.map(({ key, value = '' }) => ({ key, value }));
}

export function tagsOf(tags: readonly Tag[]): Service['tags'] {
  return tags.map(({ key, value }) => ({ key: key.trim(), ...(value.trim() && { value: value.trim() }) }));
}

/** Reports what is wrong of the tags, with its place in the form. */
export function checkTags(tags: readonly Tag[], t: TFunction<'services'>, report: (path: (string | number)[], message: string) => void) {
  const keys = tags.map(({ key }) => key.trim());
  tags.forEach(({ value }, index) => {
    const key = keys[index] ?? '';
    const wrongKey = !key
      ? t('create.tagKeyMissing')
      : keys.indexOf(key) < index
        ? t('create.tagTwice')
        : wrong(key, longestKey, t);
    const wrongValue = wrong(value.trim(), longestValue, t);
    if (wrongKey) report(['tags', index, 'key'], wrongKey);
    if (wrongValue) report(['tags', index, 'value'], wrongValue);
  });
}

function wrong(text: string, most: number, t: TFunction<'services'>): string | undefined {
  if (!allowed.test(text)) return t('create.tagWrong');
  return text.length > most ? t('create.tagTooLong', { most }) : undefined;
}
