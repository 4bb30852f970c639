/** Whether a text has at most so many characters, as people count them. */
export function fits(text: string, most = 255): boolean {
  return Array.from(text).length <= most;
}

/** As the server sees it: also what turns the direction of text, and line separators. */
export function hasNoControls(text: string): boolean {
  return !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text);
}
