export type Step = 'undo' | 'redo';

const parts = new Map<Element, (step: Step) => void>();

/** This part of the window has an undo of its own, which the menu's is to mean while the focus is in it. Returns what ends that. */
export function ownUndo(part: Element, step: (which: Step) => void): () => void {
  parts.set(part, step);
  return () => void parts.delete(part);
}

/** Takes a step in the innermost part with an undo of its own around `at`; false where there is none. */
export function stepOwn(at: Element | null, which: Step): boolean {
  for (let part = at; part; part = part.parentElement) {
    const step = parts.get(part);
    if (!step) continue;
    step(which);
    return true;
  }
  return false;
}
