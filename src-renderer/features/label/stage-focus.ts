import { tick } from 'svelte';

const unclaimed = (): boolean => document.activeElement === null || document.activeElement === document.body;

/** What has a caret, or shapes to go through, takes the focus when it comes and nobody has it: keys mean what is looked at. */
export function takesFocus(element: HTMLElement): void {
  element.dataset.stage = '';
  if (unclaimed() && element.checkVisibility()) element.focus({ preventScroll: true });
}

/** The same when the place comes to the front again. */
export async function focusStage(place: HTMLElement): Promise<void> {
  await tick();
  const stage = place.querySelector<HTMLElement>('[data-stage]');
  if (stage) takesFocus(stage);
}
