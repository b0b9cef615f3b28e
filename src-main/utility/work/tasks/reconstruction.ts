import { decodeTable, missingFrom, otherValue, type DecodedColumns } from '../../../datasets/encode/decode.ts';
import { categoryWidth, type Encoder, type TableEncoder } from '../../../datasets/encode/encoder.ts';
import { decodedName } from '../../../datasets/encode/onnx-decode.ts';
import { layoutOf } from '../../../datasets/encode/row.ts';
import { errorFacts, reconstructionMetrics } from '../../../evaluation/reconstruction.ts';
import { comparePixels, compareUnbounded, parityTolerance, together, type Compared } from '../../../export/parity.ts';
import { reconstructionPostprocess } from '../../../export/postprocess.ts';
import { dataOf, type Values } from '../../../runtime/session.ts';
import type { ImageShape } from '../../../shared/dataset.ts';
import { lossAt } from './loss-at.ts';
import { brightness } from './pictures.ts';
import type { Answers, TaskWork } from './task-work.ts';

/** Errors are mean squared differences of normalised values, whatever the loss: high where a sample is unlike the training's. */
export const reconstruction: TaskWork = {
  goal: () => 'loss',
  collect: ['error'],
  answers: (encoder, { error, code, prediction }) => ({
    values: error!,
    ...(code && { codes: code }),
    ...(prediction && { reconstruction: decoded(encoder, prediction), encoded: prediction }),
  }),
  measure(split, encoder, { indices }, { answers, loss }) {
    const pictures = encoder.kind === 'images';
    const metrics = { ...lossAt(split, loss), ...reconstructionMetrics(split, answers.values, pictures) };
    return { metrics, confusion: null, errors: errorFacts(answers.values, indices) };
  },
  raw: {
    predictions(encoder, { values, codes, reconstruction }, inputs) {
      const width = (codes?.length ?? 0) / inputs.length;
      return inputs.map((input, i) => ({
        input,
        label: null,
        value: null,
        probabilities: null,
        reconstruction: {
          error: values[i],
          code: Array.from(codes?.subarray(i * width, (i + 1) * width) ?? []),
          columns: encoder.kind === 'table' ? rowOf(encoder, reconstruction as DecodedColumns, i) : null,
        },
      }));
    },
    postprocess: reconstructionPostprocess,
    outputs: (encoder) => [
      ...(encoder.kind === 'table' ? columnsOf(encoder).map(decodedName) : ['reconstruction']),
      'code',
      'error',
    ],
    read: (encoder, results) => ({
      values: floats(results, 'error'),
      codes: floats(results, 'code'),
      reconstruction:
        encoder.kind === 'table'
          ? readColumns(encoder, results)
          : Float32Array.from(dataOf(results.reconstruction) as Uint8Array),
    }),
    collect: ['error', 'code', 'prediction'],
    compare: (encoder, own, exported) =>
      together([
        compareUnbounded(own.values, exported.values),
        compareUnbounded(own.codes!, exported.codes!),
        encoder.kind === 'table'
          ? compareColumns(encoder, own.encoded!, exported.reconstruction as DecodedColumns)
          : comparePixels(own.reconstruction as Float32Array, exported.reconstruction as Float32Array),
      ]),
  },
};

const floats = (results: Values, name: string): Float32Array =>
  Float32Array.from(dataOf(results[name]) as Float32Array);

function decoded(encoder: Encoder, prediction: Float32Array): Answers['reconstruction'] {
  if (encoder.kind === 'table') return decodeTable(encoder, prediction);
  return encoder.kind === 'images' ? levels(encoder.image, prediction) : undefined;
}

/** As the file says it, but not rounded. */
const levels = (shape: ImageShape, prediction: Float32Array): Float32Array =>
  brightness(shape, prediction, { from: 0, to: 1 });

const columnsOf = ({ numbers, categories }: TableEncoder): string[] =>
  [...numbers, ...categories].map(({ column }) => column);

/** Missing is null. */
function rowOf(encoder: TableEncoder, columns: DecodedColumns, row: number): Record<string, number | string | null> {
  const numbers = columns.numbers.map((values) => (Number.isNaN(values[row]) ? null : values[row]));
  const categories = columns.categories.map((values) => (values[row] === '' ? null : values[row]));
  const cells = [...numbers, ...categories];
  return Object.fromEntries(columnsOf(encoder).map((name, i) => [name, cells[i]]));
}

const readColumns = (encoder: TableEncoder, results: Values): DecodedColumns => ({
  count: dataOf(results.error).length,
  numbers: encoder.numbers.map(({ column }) => floats(results, decodedName(column))),
  categories: encoder.categories.map(({ column }) => [...(results[decodedName(column)].data as unknown as string[])]),
});

/** Where the run's own numbers hardly say which category, or whether one is missing, either agrees. */
function compareColumns(
  encoder: TableEncoder,
  own: Float32Array,
  { count, numbers, categories }: DecodedColumns,
): Compared {
  const layout = layoutOf(encoder);
  const at = (row: number, place: number): number => own[row * layout.width + place];
  const given = encoder.numbers.map(({ mean, std }, i) => {
    const { at: place, indicator } = layout.numbers[i];
    return compareUnbounded(
      Float32Array.from({ length: count }, (_, row) => at(row, place)),
      numbers[i].map((value, row) => {
        const flag = indicator < 0 ? 0 : at(row, indicator);
        const unsure = Math.abs(flag - missingFrom) <= parityTolerance;
        if (!Number.isNaN(value)) return flag < missingFrom || unsure ? (value - mean) / std : NaN;
        return flag >= missingFrom || unsure ? at(row, place) : NaN;
      }),
    );
  });
  const named = encoder.categories.map((category, i) => {
    const places = new Map([...category.values, otherValue].map((value, k) => [value, layout.categories[i] + k]));
    const width = categoryWidth(category);
    const agreeing = categories[i].filter((value, row) => {
      const start = row * layout.width + layout.categories[i];
      const place = places.get(value);
      return place !== undefined && at(row, place) >= Math.max(...own.subarray(start, start + width)) - parityTolerance;
    });
    return { maxDifference: 0, agreement: count === 0 ? 1 : agreeing.length / count };
  });
  return together([...given, ...named]);
}
