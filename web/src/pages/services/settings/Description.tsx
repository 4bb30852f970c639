import { ExternalLink } from '@/ui';

import { describe, type Piece } from './describe';
import styles from './settings.module.css';

/** What ClickHouse says of a setting: in English, whatever the language of the console. */
export function Description({ text }: { text: string }) {
  return (
    <div lang="en" className={styles.description}>
      {describe(text).map((block, index) =>
        block.kind === 'list' ? (
          <ul key={index}>
            {block.items.map((pieces, place) => (
              <li key={place}>
                <Pieces pieces={pieces} />
              </li>
            ))}
          </ul>
        ) : (
          <p key={index}>
            <Pieces pieces={block.pieces} />
          </p>
        ),
      )}
    </div>
  );
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
