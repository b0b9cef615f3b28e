import type { StepSettings } from '../../shared/recipe.ts';
import { changedNumbers, measured, numberColumns, type PerColumn } from './numbers.ts';
import { double } from './onnx/values.ts';
import type { FitContext, Outcome, State } from './step.ts';
import { sqlNumber } from './values.ts';

/** What a scaling subtracts and then divides by, of each column. */
export type Scales = PerColumn<{ centre: number; scale: number }>;

/** (x − centre) / scale, in doubles, where `offset` is added after. */
export const scaled = (state: State, settings: StepSettings, learned: Scales, offset = 0): Outcome =>
  changedNumbers(
    state,
    settings,
    ({ name }) => {
      const { centre, scale } = learned[name];
      const shift = offset === 0 ? '' : ` + ${sqlNumber(offset)}`;
      return {
        sql: (x) => `(${x} - ${sqlNumber(centre)}) / ${sqlNumber(scale)}${shift}`,
        onnx: (g, x) => {
          const quotient = g.div(g.sub(x, double(g, centre)), double(g, scale));
          return offset === 0 ? quotient : g.add(quotient, double(g, offset));
        },
      };
    },
    true,
  );

/** Learns each column's centre and scale from aggregates; a scale of nothing is 1, as in scikit-learn. */
export async function fitScales(
  state: State,
  settings: StepSettings,
  context: FitContext,
  aggregates: Readonly<Record<string, string>>,
  scaleOf: (facts: Record<string, number>) => { centre: number; scale: number },
): Promise<Scales> {
  const found = await measured(numberColumns(state, settings), aggregates, context);
  return Object.fromEntries(
    Object.entries(found).map(([name, facts]) => {
      // A column that is missing throughout has nothing to be scaled.
      const known = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, value ?? 0]));
      const { centre, scale } = scaleOf(known);
      return [name, { centre, scale: scale === 0 ? 1 : scale }];
    }),
  );
}
