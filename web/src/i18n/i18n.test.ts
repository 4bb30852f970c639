import { expect, it } from 'vitest';

import { en } from './en';
import { zhCN } from './zh-CN';

/** Every text by its path, and the names of what is filled in. */
function texts(catalogue: object, path = ''): Map<string, { text: string; filled: string }> {
  return new Map(
    Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string'
        ? [[path + key, { text: value, filled: [...value.matchAll(/\{\{(\w+)/g)].map(([, name]) => name).sort().join() }] as const]
        : [...texts(value as object, `${path}${key}.`)],
    ),
  );
}

it('fills the same things into the Chinese texts as into the English ones', () => {
  const english = texts(en);
  for (const [key, { filled }] of texts(zhCN)) {
    expect([key, filled]).toEqual([key, english.get(key)?.filled]);
  }
});

it('has both plural forms of every English text that counts', () => {
  for (const key of texts(en).keys()) {
    if (key.endsWith('_one')) expect(texts(en).has(key.replace(/_one$/, '_other')), key).toBe(true);
  }
});

it('has no Western punctuation beside Chinese words', () => {
  const western = /\p{Script=Han}[”’]? ?[,:;()!?]|[,:;()] ?[“‘]?\p{Script=Han}|[\p{Script=Han}”]\.(?!\w)|\.\.\./u;
  for (const [key, { text }] of texts(zhCN)) {
    const filled = text.replace(/\{\{[^}]*\}\}|<\/?\w+>/g, '字'); // what is filled in may be Chinese, too
    expect([key, western.exec(filled)?.[0]], text).toEqual([key, undefined]);
  }
});
