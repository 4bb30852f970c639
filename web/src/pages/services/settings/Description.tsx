import { ExternalLink } from '@/ui';

import { describe, type Block, type Piece } from './describe';
import styles from './settings.module.css';

/** What ClickHouse says of a setting: in English, whatever the language of the console. */
export function Description({ text }: { text: string }) {
  return (
    <div lang="en" className={styles.description}>
      <Blocks blocks={describe(text)} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, index) => {
    if (block.kind === 'paragraph') {
      return (
        <p key={index}>
          <Pieces pieces={block.pieces} />
        </p>
      );
    }
    const items = block.items.map((item, place) => (
      <li key={place}>
        <Blocks blocks={item} />
      </li>
    ));
    return block.first === undefined ? (
      <ul key={index}>{items}</ul>
    ) : (
      <ol key={index} start={block.first}>
        {items}
      </ol>
    );
  });
}

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, index) => {
    if (piece.kind === 'code') return <code key={index}>{piece.text}</code>;
    if (piece.kind === 'link') {
      return (
        <ExternalLink key={index} href={piece.href}>
          {piece.text}
        </ExternalLink>
      );
    }
    return piece.text;
  });
}
