/** A part of a description. */
export type Piece = { kind: 'text' | 'code'; text: string } | { kind: 'link'; text: string; href: string };

export type Block = { kind: 'paragraph'; pieces: readonly Piece[] } | { kind: 'list'; items: readonly (readonly Piece[])[] };

/**
 * What ClickHouse says of a setting, to be shown. It writes Markdown, of which the
 * API tells the first paragraph in one line: no library would find the lists in it.
 */
export function describe(description: string): Block[] {
  const { before, items } = splitList(tidy(description));
  return [
    ...(before ? [{ kind: 'paragraph' as const, pieces: piecesOf(before) }] : []),
    ...(items.length > 0 ? [{ kind: 'list' as const, items: items.map(piecesOf) }] : []),
  ];
}

/** All of a description in one line, without marks. */
export function plainText(description: string): string {
  return describe(description)
    .map((block) => (block.kind === 'list' ? block.items.map(textOf).join(' · ') : textOf(block.pieces)))
    .join(' ');
}

/** The first sentence, without marks. */
export function firstSentence(description: string): string {
  const [block] = describe(description);
  if (block?.kind !== 'paragraph') return plainText(description);
  const text = textOf(block.pieces);
  // What ends no sentence: "..." and abbreviations.
  const end = /(?<!\.|\b(?:e\.g|i\.e|etc|vs))[.!?](?=\s+[^\sa-z])/.exec(text);
  return (end ? text.slice(0, end.index + 1) : text).replace(/:(?: …)?$/, '');
}

/** As many characters of a description the API tells. */
const told = 500;

/** In one line, without the frame of a note; what was cut off says so, and ends with the last whole word. */
function tidy(description: string): string {
  const text = description.replace(/:::[a-z]*/g, ' ').replace(/\s+/g, ' ').trim();
  if (text.endsWith(':')) return `${text} …`;
  if (description.length < told || /[.!?)…]$/.test(text)) return text;
  const ends = [text.lastIndexOf(' ')];
  if (text.split('`').length % 2 === 0) ends.push(text.lastIndexOf('`'));
  const link = /\[[^[\]]*(?:\]\([^)]*)?$/.exec(text);
  if (link) ends.push(link.index);
  return `${text.slice(0, Math.min(...ends)).replace(/[ *-]+$/, '')} …`;
}

/** A list begins at the beginning, after a sentence or after a colon; its items begin alike. */
function splitList(text: string): { before: string; items: string[] } {
  const list = /(?:^|(?<=[.:] ))([-*]) (?=(['`]?))/.exec(text);
  if (!list) return { before: text, items: [] };
  const [start, mark = '', quote = ''] = list;
  const items = text.slice(list.index + start.length).split(` ${mark} ${quote}`);
  return { before: text.slice(0, list.index).trim(), items: items.map((item, index) => (index > 0 ? quote : '') + item) };
}

const marks = /`(?<code>[^`]+)`|\[(?<label>(?:`[^`]*`|[^[\]`])+)\]\((?<href>[^()\s]+)\)|\\(?<escaped>[!-/:-@[-`{-~])/g;

/** Of the links, those within ClickHouse's documentation lead nowhere from here: they become text. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: whole, index, groups: { code, label, href = '', escaped } = {} } of text.matchAll(marks)) {
    pieces.push({ kind: 'text', text: text.slice(end, index) });
    end = index + whole.length;
    if (code !== undefined) pieces.push({ kind: 'code', text: code });
    else if (label === undefined) pieces.push({ kind: 'text', text: escaped ?? '' });
    else if (/^https?:\/\//i.test(href)) pieces.push({ kind: 'link', text: textOf(piecesOf(label)), href });
    else pieces.push(...piecesOf(label));
  }
  pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces.filter((piece) => piece.text !== '');
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}
