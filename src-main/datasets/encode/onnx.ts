import { float } from '../../onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { addSpectrogram, audioOpset } from './audio/onnx.ts';
import { float32s, float64s, strings } from './onnx-constants.ts';
import type { Dim, Model } from '../../onnx/types.ts';
import type { StepBefore } from '../../shared/run.ts';
import {
  categoryWidth,
  classesOf,
  encodedColumns,
  ofFiles,
  recipeReads,
  targetOf,
  targetTaskOf,
  type CategoryEncoder,
  type Encoder,
  type TableEncoder,
  type TextInputEncoder,
} from './encoder.ts';
import { addRecipe, recipeInputs } from '../recipes/onnx/model.ts';
import { beyondFloat, recipeOpset, recipeOpsets } from '../recipes/onnx/values.ts';
import type { FittedRecipe } from '../recipes/plan.ts';
import { addTextReading, addTokenReading, readsTexts, textOpset, textOpsets } from './texts/onnx.ts';

/**
 * An encoder as ONNX, to stand before and behind a trained graph: raw samples go in, names and probabilities come out.
 * Only standard operators that ONNX Runtime's CPU provider has for strings, and OneHotEncoder and LabelEncoder of ai.onnx.ml.
 */
export interface RawInput {
  /** The column's own name, unless something else in the graph is called so. */
  name: string;
  /** Tables, and texts that are read inside. */
  column?: string;
  type: 'float' | 'double' | 'string' | 'uint8' | 'int64';
  /** With a recipe: the step (see `RecipeInput`) that the column is taken after; 0 as imported. */
  after?: number;
}

const batch: Dim = 'batch';
const ml = 'ai.onnx.ml';

/** The opsets that the nodes added here need beside the standard one. */
export const preprocessOpsets = { [ml]: 3 } as const;

/**
 * Adds raw inputs and what turns them into the encoder's tensor, which is returned.
 * Tables: one input per feature column, float [batch, 1] with NaN for missing or string [batch, 1] with "" for missing (with a recipe one
 * per column that it begins with, numbers as double); out comes
 * float [batch, features]. Images: uint8 [batch, height, width, channels], as it is. Sounds: float [batch, samples], as `addSpectrogram` takes them. Texts: one input per column, string [batch, 1], or,
 * where only its tokenizer.json can read them, `input_ids`, int64 [batch, any]; out come tokens, int32 [batch, length].
 */
export function addPreprocess(g: GraphBuilder, encoder: Encoder): { inputs: RawInput[]; encoded: Value } {
  if (encoder.kind === 'images') {
    const { height, width, channels } = encoder.image;
    const name = g.input(g.unique('image'), 'uint8', [batch, height, width, channels]);
    return { inputs: [{ name, type: 'uint8' }], encoded: name };
  }
  if (encoder.kind === 'audio') {
    const name = g.input(g.unique('sound'), 'float', [batch, 'samples']);
    const { scope } = g;
    g.scope = scope ? `${scope}/preprocess` : 'preprocess';
    const encoded = addSpectrogram(g, encoder, name);
    g.scope = scope;
    return { inputs: [{ name, type: 'float' }], encoded };
  }
  if (encoder.kind === 'text') return addTexts(g, encoder);
  const prepared = encoder.recipe ? addRecipeColumns(g, encoder, encoder.recipe) : null;
  const inputs =
    prepared?.inputs ??
    [
      ...encoder.numbers.map(({ column }) => ({ column, type: 'float' as const })),
      ...encoder.categories.map(({ column }) => ({ column, type: 'string' as const })),
    ].map(({ column, type }): RawInput => ({ name: g.input(g.unique(column), type, [batch, 1]), column, type }));
  const { scope } = g;
  g.scope = scope ? `${scope}/preprocess` : 'preprocess';
  const names = prepared?.values ?? inputs.map((input) => input.name);
  const parts = [
    ...addNumbers(g, encoder, names.slice(0, encoder.numbers.length)),
    ...encoder.categories.map((category, i) => addCategory(g, category, names[encoder.numbers.length + i])),
  ];
  const [encoded] = g.node('Concat', parts, { axis: 1 }, { outputs: ['encoded'] });
  g.scope = scope;
  return { inputs, encoded };
}

/** The recipe's columns as the encoder takes them: numbers as floats, NaN for missing. */
function addRecipeColumns(
  g: GraphBuilder,
  encoder: TableEncoder | TextInputEncoder,
  recipe: FittedRecipe,
): { inputs: RawInput[]; values: Value[] } {
  const wanted = recipeReads(encoder);
  const inputs = recipeInputs(recipe, wanted).map(({ read, after }): RawInput => {
    const { name: column } = read.column;
    const type = read.as === 'number' ? 'double' : 'string';
    const hint = after === 0 ? column : `${column} after step ${after}`;
    return { name: g.input(g.unique(hint), type, [batch, 1]), column, type, after };
  });
  const { scope } = g;
  g.scope = scope ? `${scope}/recipe` : 'recipe';
  const names = inputs.map(({ name }) => name);
  const values = addRecipe(g, recipe, wanted, names).map((value, i) => {
    if (wanted[i].as === 'text') return value;
    const small = g.op('Less', [g.op('Abs', [value]), g.constant(float64s([], [beyondFloat]))]);
    return g.cast(g.where(small, value, g.constant(float64s([], [NaN]))), 'float');
  });
  g.scope = scope;
  return { inputs, values };
}

function addTexts(g: GraphBuilder, encoder: TextInputEncoder): { inputs: RawInput[]; encoded: Value } {
  const inside = readsTexts(encoder);
  const prepared = inside && encoder.recipe ? addRecipeColumns(g, encoder, encoder.recipe) : null;
  const inputs: RawInput[] = prepared
    ? prepared.inputs
    : inside
      ? encoder.columns.map((column) => ({
          name: g.input(g.unique(column), 'string', [batch, 1]),
          column,
          type: 'string',
        }))
      : [{ name: g.input(g.unique('input_ids'), 'int64', [batch, 'tokens']), type: 'int64' }];
  const names = prepared?.values ?? inputs.map(({ name }) => name);
  const { scope } = g;
  g.scope = scope ? `${scope}/preprocess` : 'preprocess';
  const encoded = inside ? addTextReading(g, encoder, names) : addTokenReading(g, encoder, names[0]);
  g.scope = scope;
  return { inputs, encoded };
}

/** Standardised in doubles, as `encodeNumber` does it, then each number's "was missing" where it has one. */
function addNumbers(g: GraphBuilder, { numbers }: TableEncoder, inputs: Value[]): Value[] {
  if (numbers.length === 0) return [];
  const row = [1, numbers.length];
  const raw = g.concat(inputs, 1);
  const missing = g.op('IsNaN', [raw]);
  const filled = g.where(
    missing,
    g.constant(
      float32s(
        row,
        numbers.map(({ median }) => median),
      ),
    ),
    raw,
  );
  const centred = g.sub(
    g.cast(filled, 'double'),
    g.constant(
      float64s(
        row,
        numbers.map(({ mean }) => mean),
      ),
    ),
  );
  const scaled = g.div(
    centred,
    g.constant(
      float64s(
        row,
        numbers.map(({ std }) => std),
      ),
    ),
  );
  const standardised = g.cast(scaled, 'float');
  const indicated = numbers.flatMap(({ indicator }, i) => (indicator ? [i] : []));
  if (indicated.length === 0) return [standardised];
  return [standardised, g.op('Gather', [g.cast(missing, 'float'), g.int64s(indicated)], { axis: 1 })];
}

function addCategory(g: GraphBuilder, category: CategoryEncoder, input: Value): Value {
  if (category.indexed) return addIndex(g, category, input);
  const count = category.values.length;
  const [hot] = g.node(
    'OneHotEncoder',
    [input],
    { cats_strings: { kind: 'strings', value: category.values }, zeros: 1 },
    { domain: ml, types: [{ type: 'float', shape: [batch, 1, count] }] },
  );
  const known = g.reshape(hot, [batch, count]);
  if (!category.other) return known;
  // What is in no place of its own is in the last.
  const other = g.sub(g.constant(float32s([1, 1], [1])), g.reduceSum(known, [1]));
  return g.concat([known, other], 1);
}

function addIndex(g: GraphBuilder, { values }: CategoryEncoder, input: Value): Value {
  const [number] = g.node(
    'LabelEncoder',
    [input],
    {
      keys_strings: { kind: 'strings', value: values },
      values_floats: { kind: 'floats', value: values.map((_, index) => index + 1) },
      default_float: float(0),
    },
    { domain: ml, types: [{ type: 'float', shape: [batch, 1] }] },
  );
  return number;
}

/**
 * Adds what turns a net's answer into people's words. Classification: from probabilities [batch, classes], `label` string [batch] and
 * `probabilities` as they are. Multi-label: `probabilities` alone, each class's own. Regression: from the standardised value [batch, 1], `value` float [batch] in the target's own units.
 * Returns the names of the graph outputs added.
 */
export function addPostprocess(
  g: GraphBuilder,
  encoder: Encoder,
  answer: Value,
): { label?: Value; probabilities?: Value; value?: Value } {
  const target = targetOf(encoder);
  if (target?.task === 'regression') {
    const { mean, std } = target;
    const scaled = g.mul(g.cast(g.reshape(answer, [batch]), 'double'), g.constant(float64s([], [std])));
    const [value] = g.node(
      'Cast',
      [g.add(scaled, g.constant(float64s([], [mean])))],
      { to: 1 },
      { outputs: ['value'] },
    );
    g.output(value);
    return { value };
  }
  const [probabilities] = g.node('Identity', [answer], {}, { outputs: ['probabilities'] });
  if (targetTaskOf(encoder) === 'multi-label') {
    g.output(probabilities);
    return { probabilities };
  }
  const best = g.op('ArgMax', [answer], { axis: 1, keepdims: 0 });
  const names = g.constant(strings(classesOf(encoder)));
  const [label] = g.node('Gather', [names, best], { axis: 0 }, { outputs: ['label'] });
  g.output(label);
  g.output(probabilities);
  return { label, probabilities };
}

/** What an exported file leaves to whoever uses it: a recipe's steps that no graph can do, with all before them. */
export function stepsBefore(encoder: Encoder): StepBefore[] {
  if (ofFiles(encoder) || !encoder.recipe) return [];
  const { recipe } = encoder;
  const kindOf = (step: number): string => recipe.steps[step - 1].kind;
  if (!hasRecipe(encoder)) {
    const step = recipe.steps.length;
    return step === 0
      ? []
      : [{ input: 'input_ids', column: encodedColumns(encoder).join(', '), step, kind: kindOf(step) }];
  }
  const { inputs } = addPreprocess(new GraphBuilder('inputs'), encoder);
  return inputs.flatMap(({ name, column, after = 0 }) =>
    after > 0 ? [{ input: name, column: column!, step: after, kind: kindOf(after) }] : [],
  );
}

/** The oldest opset that has what reads raw samples. */
export const preprocessOpset = (encoder: Encoder): number =>
  Math.max(
    encoder.kind === 'text' && readsTexts(encoder) ? textOpset : 0,
    encoder.kind === 'audio' ? audioOpset : 0,
    hasRecipe(encoder) ? recipeOpset : 0,
  );

/** An exported file that takes tokens leaves what comes before them to its caller. */
const hasRecipe = (encoder: Encoder): boolean =>
  !ofFiles(encoder) &&
  encoder.recipe !== undefined &&
  (encoder.kind === 'table' || (readsTexts(encoder) && !encoder.language));

/** The preprocessing as a model of its own; its output is `encoded` (images: `image`, by Identity). */
export function preprocessModel(encoder: Encoder, opset: number): { model: Model; inputs: RawInput[]; output: string } {
  const g = new GraphBuilder('preprocess');
  const { inputs, encoded } = addPreprocess(g, encoder);
  // A graph's output must be made by a node.
  const output = encoder.kind === 'images' ? g.node('Identity', [encoded], {}, { outputs: ['encoded'] })[0] : encoded;
  g.output(output);
  return { model: modelOf(g, opset, encoder), inputs, output };
}

/**
 * The postprocessing as a model of its own: `answer` float [batch, classes or 1] in, see `addPostprocess` for what comes out. `temperature`: what
 * the logits of probabilities are divided by.
 */
export function postprocessModel(
  encoder: Encoder,
  opset: number,
  temperature?: number,
): { model: Model; input: string; outputs: ReturnType<typeof addPostprocess> } {
  const g = new GraphBuilder('postprocess');
  const input = g.input('answer', 'float', [batch, Math.max(1, classesOf(encoder).length)]);
  const outputs = addPostprocess(g, encoder, temperature === undefined ? input : scaled(g, input, temperature));
  return { model: modelOf(g, opset, encoder), input, outputs };
}

/** As evaluation/calibration.ts does it: logarithms of probabilities are logits but for a constant, which Softmax takes out. */
function scaled(g: GraphBuilder, probabilities: Value, temperature: number): Value {
  const least = g.op('Max', [probabilities, g.constant(float32s([], [2 ** -126]))]);
  const logits = g.op('Div', [g.op('Log', [least]), g.constant(float32s([], [temperature]))]);
  return g.op('Softmax', [logits], { axis: 1 });
}

function modelOf(g: GraphBuilder, opset: number, encoder: Encoder): Model {
  const usesMl = encoder.kind === 'table' && encoder.categories.some((category) => categoryWidth(category) > 0);
  const usesStrings = encoder.kind === 'text' && readsTexts(encoder);
  return {
    irVersion: 9,
    opsets: {
      '': opset,
      ...(usesMl ? preprocessOpsets : {}),
      ...(usesStrings ? textOpsets : {}),
      ...(hasRecipe(encoder) ? recipeOpsets : {}),
    },
    producer: 'atelier',
    graph: g.finish(),
    metadata: {},
  };
}
