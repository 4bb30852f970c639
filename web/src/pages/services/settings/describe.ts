import { Marked, type MarkedToken, type Token } from 'marked';

/** A part of a description. */
export type Piece = { kind: 'text' | 'code'; text: string } | { kind: 'link'; text: string; href: string };

/** A list that is numbered has the number of its first item. */
export type Block = { kind: 'paragraph'; pieces: readonly Piece[] } | { kind: 'list'; first: number | undefined; items: readonly (readonly Block[])[] };

/** It reads CommonMark and nothing more. HTML is never made: we take its tokens. */
const markdown = new Marked({ gfm: false });

/** What ClickHouse says of a setting, to be shown: the Markdown of it that the API tells. */
export function describe(description: string): Block[] {
  return blocksOf(markdown.lexer(description));
}

/** All of a description in one line, without marks. */
export function plainText(description: string): string {
  return textOf(describe(description));
}

/** The first sentence, without marks. */
export function firstSentence(description: string): string {
  const blocks = describe(description);
  const paragraph = blocks.find(({ kind }) => kind === 'paragraph');
  const text = textOf(paragraph ? [paragraph] : blocks);
  // What ends no sentence: "..." and abbreviations.
  const end = /(?<!\.|\b(?:e\.g|i\.e|etc|vs))[.!?](?=\s+[^\sa-z])/.exec(text);
  return (end ? text.slice(0, end.index + 1) : text).replace(/:(?: …)?$/, '');
}

function blocksOf(tokens: readonly Token[]): Block[] {
  return known(tokens).flatMap((token): Block[] => {
    if (token.type === 'space') return [];
    if (token.type !== 'list') return [{ kind: 'paragraph', pieces: piecesOf([token]) }];
    return [{ kind: 'list', first: token.start === '' ? undefined : token.start, items: token.items.map((item) => blocksOf(item.tokens)) }];
  });
}

/** What is none of these is shown as it was written. */
function piecesOf(tokens: readonly Token[]): Piece[] {
  return known(tokens).flatMap((token): Piece[] => {
    switch (token.type) {
      case 'paragraph':
      case 'strong':
        return piecesOf(token.tokens);
      case 'text':
        return token.tokens ? piecesOf(token.tokens) : [plain(token.text)];
      case 'escape':
        return [plain(token.text)];
      case 'codespan':
        return [{ kind: 'code', text: token.text }];
      case 'link': {
        const pieces = piecesOf(token.tokens);
        // The others are links within ClickHouse's documentation, which lead nowhere from here.
        return /^https?:\/\//i.test(token.href) ? [{ kind: 'link', text: joined(pieces), href: token.href }] : pieces;
      }
      case 'em': {
        // Nothing that is emphasized: "from Replicated*MergeTree to Shared*MergeTree".
        const mark = plain(token.raw.charAt(0));
        return [mark, ...piecesOf(token.tokens), mark];
      }
      default:
        return [plain(token.raw)];
    }
  });
}

/** Without extensions there are no tokens but marked's own. */
function known(tokens: readonly Token[]): readonly MarkedToken[] {
  return tokens as readonly MarkedToken[];
}

function plain(text: string): Piece {
  return { kind: 'text', text: text.replace(/\s+/g, ' ') };
}

function textOf(blocks: readonly Block[]): string {
  return blocks.reduce((text, block, index) => {
    const between = blocks[index - 1]?.kind === 'list' ? ' · ' : index > 0 ? ' ' : '';
    return text + between + (block.kind === 'list' ? block.items.map(textOf).join(' · ') : joined(block.pieces));
  }, '');
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}
