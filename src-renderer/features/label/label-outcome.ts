import { putLabel, type LabellingState, type LabelOutcome } from '../../../src-main/shared/labels.ts';

/** What an act has made of samples and classes, into what holds: its arrays are changed in place. */
export function takeOutcome(state: LabellingState, { samples, classes, can }: LabelOutcome): void {
  for (const { sample, label } of samples) {
    putLabel(state, sample, label);
    const at = state.noted.indexOf(sample);
    if (label.note !== '' && at < 0) state.noted.push(sample);
    if (label.note === '' && at >= 0) state.noted.splice(at, 1);
  }
  for (const { id, class: now } of classes) {
    const others = state.classes.filter((one) => one.id !== id);
    state.classes = now ? [...others, now] : others;
  }
  state.can = can;
}
