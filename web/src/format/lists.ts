/** One after the other, such as "Mon, Tue". The Intl lists of the type "unit" run Chinese words together. */
export function formatList(texts: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' }).format(texts);
}
