import type { Attachment } from 'svelte/attachments';

const places = new Map<string, number>();
const mostKept = 200;
/** What a list shows may come a moment after the list. */
const filledWithinMs = 3000;

/** How far it was scrolled when it was there last, by a key of its own. */
export function keepScroll(key: string): Attachment<HTMLElement> {
  return (node) => {
    const wanted = places.get(key) ?? 0;
    let moved = wanted === 0;
    const reach = () => {
      if (moved) return;
      node.scrollTop = wanted;
      moved = Math.abs(node.scrollTop - wanted) < 1;
    };
    reach();
    const growth = new MutationObserver(reach);
    if (!moved) growth.observe(node, { childList: true, subtree: true, characterData: true });
    const timer = setTimeout(() => growth.disconnect(), filledWithinMs);
    // Whoever scrolls by hand has been shown enough.
    const own = () => (moved = true);
    const note = () => {
      if (!moved) return;
      places.delete(key);
      places.set(key, node.scrollTop);
      for (const old of [...places.keys()].slice(0, -mostKept)) places.delete(old);
    };
    node.addEventListener('wheel', own, { passive: true });
    node.addEventListener('pointerdown', own);
    node.addEventListener('keydown', own);
    node.addEventListener('scroll', note, { passive: true });
    return () => {
      clearTimeout(timer);
      growth.disconnect();
      for (const event of ['wheel', 'pointerdown', 'keydown']) node.removeEventListener(event, own);
      node.removeEventListener('scroll', note);
    };
  };
}
