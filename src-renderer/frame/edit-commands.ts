import { actions } from '../state/actions.svelte.ts';
import { navigation } from '../state/navigation.svelte.ts';
import { stepOwn, type Step } from '../ui/own-undo.ts';
import { typing } from '../ui/typing.ts';

/** Undo and redo of the menu: of the part that has the focus, of the field in it, or else of the place. */
export function takeStep(which: Step): void {
  const at = document.activeElement;
  if (stepOwn(at, which)) return;
  // Deprecated, and still the one way to a field's own undo.
  if (typing(at)) document.execCommand(which);
  else actions.run(`${navigation.place}.${which}`);
}
