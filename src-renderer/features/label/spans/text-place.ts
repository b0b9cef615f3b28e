/**
 * Between places in a text and in the page. Each line is an element with `data-line`, each piece of it one with `data-start`, which holds one
 * text node or none.
 */

export function placeAt(x: number, y: number): number | null {
  const at = document.caretPositionFromPoint(x, y);
  return at ? placeOf(at.offsetNode, at.offset) : null;
}

function placeOf(node: Node, offset: number): number | null {
  const element = node instanceof HTMLElement ? node : node.parentElement;
  const piece = element?.closest<HTMLElement>('[data-start]');
  if (piece) return Number(piece.dataset.start) + (node instanceof Text ? offset : 0);
  const line = element?.closest<HTMLElement>('[data-line]');
  if (!line) return null;
  const next = node === line ? line.children[offset] : undefined;
  return Number(next instanceof HTMLElement && next.dataset.start ? next.dataset.start : line.dataset.end);
}

/** The text node, and the place in it; of an empty line its element. Null where that line is not drawn. */
export function nodeAt(lines: HTMLElement, line: number, place: number): { node: Node; offset: number } | null {
  const element = lines.querySelector<HTMLElement>(`[data-line="${line}"]`);
  if (!element) return null;
  const pieces = element.querySelectorAll<HTMLElement>('[data-start]');
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (Number(pieces[middle].dataset.start) <= place) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  const text = piece?.firstChild;
  if (!text?.textContent) return { node: element, offset: 0 };
  const offset = Math.max(0, Math.min(text.textContent.length, place - Number(piece.dataset.start)));
  return { node: text, offset };
}

/** Where a caret stands there, in the page. */
export function rectAt(lines: HTMLElement, line: number, place: number): DOMRect | null {
  const at = nodeAt(lines, line, place);
  if (!at) return null;
  if (at.node instanceof HTMLElement) {
    const { left, top } = at.node.getBoundingClientRect();
    return new DOMRect(left, top + 5, 0, 20);
  }
  const range = document.createRange();
  range.setStart(at.node, at.offset);
  range.collapse(true);
  const rect = range.getClientRects().item(0);
  return rect ?? range.getBoundingClientRect();
}
