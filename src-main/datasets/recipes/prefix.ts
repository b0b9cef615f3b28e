import { cutInto } from './onnx/strings.ts';
import { shortened } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';
import { chosen } from './values.ts';

/** Keeps the first characters: of a postcode the area, of a code its group. A column of numbers becomes one of categories. */
export const prefix: StepKind = {
  kind: 'prefix',
  group: 'privacy',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'any', required: true, default: [] },
    { key: 'length', kind: 'integer', default: 3, min: 1, max: 100 },
  ],
  outcome(state, settings) {
    const length = settings.length as number;
    return changedTexts(
      state,
      settings,
      [shortened((text) => `left(${text}, ${length})`)],
      (g, text) => cutInto(g, text, `(?s).{1,${length}}`, 1),
      chosen(state, settings, 'any'),
    );
  },
};
