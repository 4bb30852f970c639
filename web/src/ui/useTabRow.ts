import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** In pixels: how much of the neighbours of the current tab is seen, beyond which the edge fades (Tabs.module.css). */
const peek = 40;

/**
 * For a row of tabs that may be wider than its place: the current one is scrolled into view, also when another one
 * becomes it, and `data-before` and `data-after` say where there is more. The page itself never moves.
 */
export function useTabRow<Row extends HTMLElement>(): RefObject<Row | null> {
  const ref = useRef<Row>(null);
  const revealed = useRef<Element>(null);
  useLayoutEffect(() => {
    const row = ref.current;
    if (!row) return;
    const current = currentOf(row);
    // Only then: somebody may have scrolled to see the others.
    if (current !== revealed.current) reveal(row, current);
    revealed.current = current;
    markEdges(row);
  });
  useEffect(() => {
    const row = ref.current;
    if (!row) return;
    const mark = () => markEdges(row);
    // A turned phone, another language, fonts that arrive late.
    const sizes = new ResizeObserver(() => {
      reveal(row, currentOf(row));
      mark();
    });
    for (const one of [row, ...row.children]) sizes.observe(one);
    row.addEventListener('scroll', mark, { passive: true });
    return () => {
      sizes.disconnect();
      row.removeEventListener('scroll', mark);
    };
  }, []);
  return ref;
}

function currentOf(row: HTMLElement): Element | null {
  return row.querySelector(':scope > :is([aria-current], [aria-selected="true"])');
}

/** As far as needed. Not scrollIntoView, which moves the page, too. */
function reveal(row: HTMLElement, tab: Element | null) {
  if (!tab) return;
  const place = row.getBoundingClientRect();
  const { left, right } = tab.getBoundingClientRect();
  if (left - peek < place.left) row.scrollLeft += left - peek - place.left;
  else if (right + peek > place.right) row.scrollLeft += right + peek - place.right;
}

/** Half a pixel is nothing: widths are not whole numbers. */
function markEdges(row: HTMLElement) {
  row.toggleAttribute('data-before', row.scrollLeft > 1);
  row.toggleAttribute('data-after', row.scrollWidth - row.clientWidth - row.scrollLeft > 1);
}
