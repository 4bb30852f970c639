/** A spreadsheet takes what begins so for a formula, and runs it. Full-width signs count in East Asian ones. */
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** So that Excel reads UTF-8. */
export const byteOrderMark = '\uFEFF';

/** One line (RFC 4180). Every cell is quoted; one that would be a formula gets an apostrophe before it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
