/** How many people can be invited at once. */
export const mostAddresses = 20;

/**
 * The addresses in a text, as people paste them: one per line, or with commas,
 * semicolons or blanks between them, and perhaps as `Ada Lovelace <ada@example.com>`.
 * Each is there once, in lower case, as the server keeps it.
 */
export function addressesIn(text: string): string[] {
  const plain = text.replace(/(?:"[^"\n]*"\s*|[^,;，；、\n<>"@]*)<([^<>\s]*)>/g, ' $1 ');
  const found = plain.split(/[\s,;，；、]+/u).filter(Boolean);
  // ASCII alone: other letters can become somebody else's address, and the server refuses them.
  return [...new Set(found.map((address) => address.replace(/[A-Z]/g, (letter) => letter.toLowerCase())))];
}

/** Whether it can be an e-mail address; the server looks more closely. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+$/.test(text) && !/\.\.|@\.|\.@|^\.|\.$/.test(text);
}
