import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { lineageOf, placeOf, type Lineage } from '../lineage.ts';
import type { FittedRecipe } from '../plan.ts';
import type { As, Read, StateColumn } from '../step.ts';
import { plainNumber } from '../values.ts';
import { parsed } from './values.ts';

/** A column that an exported file takes: as it was imported, or as it is after a step that ONNX has no form for. */
export interface RecipeInput {
  read: Read;
  /** The step (from 1, of those that are on) that the caller has to do first, with all before it; 0 for columns as imported. */
  after: number;
}

/** What a model of these columns takes, in the order that its inputs have. */
export function recipeInputs(fitted: FittedRecipe, wanted: readonly { column: string; as: As }[]): RecipeInput[] {
  const lineage = lineageOf(fitted);
  const found = new Map<string, RecipeInput>();
  const visit = (read: Read): void => {
    const leaf = leafOf(lineage, read);
    const maker = lineage.made(read.column);
    if (leaf) found.set(keyOf(leaf.read), leaf);
    else if (!maker) visit({ ...read, as: 'text' });
    else maker.how.reads.forEach(visit);
  };
  for (const { column, as } of wanted) visit({ column: finalColumn(lineage, column), as });
  return [...found.values()];
}

/** Adds the recipe's columns to a graph: `inputs` are the values of `recipeInputs`, string or double [batch, 1]; one value for each wanted. */
export function addRecipe(
  g: GraphBuilder,
  fitted: FittedRecipe,
  wanted: readonly { column: string; as: As }[],
  inputs: readonly Value[],
): Value[] {
  const lineage = lineageOf(fitted);
  const values = new Map(recipeInputs(fitted, wanted).map(({ read }, i) => [keyOf(read), inputs[i]]));
  const valueOf = (read: Read): Value => {
    const known = values.get(keyOf(read));
    if (known !== undefined) return known;
    const { column, as } = read;
    const how = lineage.made(column)?.how;
    const value =
      how?.form === as ? how.onnx!(g, how.reads.map(valueOf)) : parsed(g, valueOf({ column, as: 'text' }), plainNumber);
    values.set(keyOf(read), value);
    return value;
  };
  return wanted.map(({ column, as }) => valueOf({ column: finalColumn(lineage, column), as }));
}

/** Whether a read is an input of the model, because it is raw or nothing in ONNX makes it. */
function leafOf({ made }: Lineage, read: Read): RecipeInput | null {
  const { column, as } = read;
  const maker = made(column);
  // Of a column imported as text the cells go in, whatever is made of them.
  if (!maker) return as === 'number' && column.number === undefined ? null : { read, after: 0 };
  const { how, step } = maker;
  // How a number is written as text differs between DuckDB and ONNX Runtime.
  return how.onnx === null || (how.form === 'number' && as === 'text') ? { read, after: step } : null;
}

const keyOf = ({ column, as }: Read): string => `${placeOf(column)} ${as}`;

const finalColumn = ({ state }: Lineage, name: string): StateColumn => state.find((column) => column.name === name)!;
