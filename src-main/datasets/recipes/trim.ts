import { spaces } from '../cells.ts';
import { matches } from './onnx/strings.ts';
import { ends, matched } from './spans/passes.ts';
import type { StepKind } from './step.ts';
import { changedTexts } from './texts.ts';

/** Takes spaces off both ends and makes one of several in a row; line ends, tabs and Unicode's spaces too. */
export const trim: StepKind = {
  kind: 'trim',
  group: 'text',
  model: 'inside',
  onTarget: true,
  fields: [{ key: 'columns', kind: 'columns', for: 'text', default: [] }],
  outcome: (state, settings) =>
    changedTexts(state, settings, [matched(`[${spaces}]+`, ' '), ends], (g, text) =>
      matches(g, text, `[^${spaces}]+`, ' '),
    ),
};
