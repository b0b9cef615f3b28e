import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  inputCount,
  ofFiles,
  recipeReads,
  sampleSizeOf,
  type Encoder,
  type TableEncoder,
  type TextInputEncoder,
} from '../../datasets/encode/encoder.ts';
import { sampleScale } from '../../datasets/encode/audio/spectrogram.ts';
import { rawColumns } from '../../datasets/encode/rows.ts';
import { rawTexts } from '../../datasets/encode/texts/load.ts';
import { recipeInputs } from '../../datasets/recipes/onnx/model.ts';
import type { FittedRecipe } from '../../datasets/recipes/plan.ts';
import { readRows } from '../../datasets/recipes/rows.ts';
import { readModel } from '../../onnx/read.ts';
import type { Model } from '../../onnx/types.ts';
import { Session, valueOf, type Value, type Values } from '../../runtime/session.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Task } from '../../shared/task.ts';
import type { Tokenizer } from '../../tokenizers/tokenizer.ts';
import type { RawModel } from './model.ts';
import { prepared } from './prepared.ts';
import type { RawRows, RawSamples } from './raw-samples.ts';
import { readExportMetadata, type ExportFacts } from './read-metadata.ts';
import { rawWorkOf } from './tasks/index.ts';
import type { Answers } from './tasks/task-work.ts';

/** No model of Atelier's comes near it; a hostile file could otherwise take all memory before it is looked at. */
const maxModelBytes = 1024 * 2 ** 20;

/** Reads a model file from anywhere: refused unread when too large, and before ONNX Runtime sees it when broken or not self-contained. */
export function readModelFile(path: string): { bytes: Uint8Array; model: Model } {
  const name = basename(path);
  let bytes: Uint8Array;
  try {
    const { size } = statSync(path);
    if (size > maxModelBytes) {
      throw new AtelierError(
        'model_too_large',
        `${name} has ${Math.round(size / 2 ** 20)} MB; at most 1024 MB are read.`,
      );
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw new AtelierError('model_unreadable', `${path} cannot be read. Check that it is there and readable.`, [
      String(error),
    ]);
  }
  return { bytes, model: readModel(bytes) };
}

/** A file that Atelier exported, fed by what it says of itself. */
export class ExportedModel implements RawModel {
  readonly task: Task;
  readonly encoder: Encoder;
  readonly #session: Session;
  /** Makes the tokens that the file takes, where it takes those. */
  readonly #tokenizer: Tokenizer | null;

  private constructor(task: Task, encoder: Encoder, session: Session, tokenizer: Tokenizer | null) {
    this.task = task;
    this.encoder = encoder;
    this.#session = session;
    this.#tokenizer = tokenizer;
  }

  /** `tokenizer`: for a file that takes tokens. Errors: takes_no_samples, broken_model. */
  static async open(
    bytes: Uint8Array,
    { task, encoder }: Omit<ExportFacts, 'tokenizer'>,
    threads: number,
    tokenizer: Tokenizer | null = null,
  ): Promise<ExportedModel> {
    const answers = rawWorkOf(task).outputs(encoder);
    const session = await Session.open(bytes, { device: 'cpu', threads });
    const wanted = ofFiles(encoder) || tokenizer ? 1 : inputCount(encoder);
    const outputs = new Set(session.outputs.map((output) => output.name));
    if (session.inputs.length !== wanted || !answers.every((name) => outputs.has(name))) {
      await session.close();
      throw new AtelierError('broken_model', 'The model is not what its metadata say: its inputs or outputs differ.');
    }
    return new ExportedModel(task, encoder, session, tokenizer);
  }

  async answer(raw: RawSamples): Promise<Answers> {
    const names = this.#session.inputs.map((input) => input.name);
    const feeds = await feedsOf(this.encoder, names, raw, this.#tokenizer);
    return rawWorkOf(this.task).read(this.encoder, await this.#session.run(feeds));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/**
 * Raw samples as tensors for an exported file's inputs, which stand in the encoder's order; their names may differ from the columns'.
 * `tokenizer`: for a file that takes tokens.
 */
export async function feedsOf(
  encoder: Encoder,
  names: readonly string[],
  raw: RawSamples,
  tokenizer: Tokenizer | null,
): Promise<Values> {
  if (raw.kind === 'images' && encoder.kind === 'images') {
    const { height, width, channels } = encoder.image;
    if (raw.pixels.length !== raw.count * sampleSizeOf(encoder))
      throw new AtelierError('internal', 'Images of another size.');
    return { [names[0]]: valueOf('uint8', [raw.count, height, width, channels], raw.pixels) };
  }
  if (raw.kind === 'audio' && encoder.kind === 'audio') {
    const samples = raw.sounds[0].length;
    if (raw.sounds.some(({ length }) => length !== samples)) {
      throw new AtelierError('internal', 'Sounds of different lengths do not go together.');
    }
    const data = new Float32Array(raw.sounds.length * samples);
    raw.sounds.forEach((sound, i) => sound.forEach((value, k) => (data[i * samples + k] = value * sampleScale)));
    return { [names[0]]: valueOf('float', [raw.sounds.length, samples], data) };
  }
  if (raw.kind !== 'table' || ofFiles(encoder)) {
    throw new AtelierError('internal', `A model of ${encoder.kind} was given ${raw.kind}.`);
  }
  if (encoder.recipe && !tokenizer) return recipeFeeds(encoder, encoder.recipe, names, raw);
  if (encoder.kind === 'text') {
    const given = (await prepared(encoder, raw)) as RawRows;
    return tokenizer
      ? { [names[0]]: tokensOf(tokenizer, rawTexts(encoder, given.rows, given.columns)) }
      : textFeeds(encoder, names, raw);
  }
  const { count, numbers, categories } = rawColumns(encoder, raw.rows, raw.columns);
  const shape = [count, 1];
  const values: Values = {};
  numbers.forEach((column, i) => (values[names[i]] = valueOf('float', shape, column)));
  categories.forEach((column, i) => (values[names[numbers.length + i]] = valueOf('string', shape, column)));
  return values;
}

/** Columns as imported, or as they are after the steps that no graph can do: those are done here. */
async function recipeFeeds(
  encoder: TableEncoder | TextInputEncoder,
  recipe: FittedRecipe,
  names: readonly string[],
  { rows, columns }: RawRows,
): Promise<Values> {
  const reads = recipeInputs(recipe, recipeReads(encoder)).map(({ read }) => read);
  const cells = await readRows(recipe, rows, columns, reads);
  const shape = [rows.length, 1];
  return Object.fromEntries(
    reads.map(({ as }, i) => [
      names[i],
      as === 'number'
        ? valueOf(
            'double',
            shape,
            Float64Array.from(cells, (row) => (row[i] as number | null) ?? NaN),
          )
        : valueOf(
            'string',
            shape,
            cells.map((row) => (row[i] as string | null) ?? ''),
          ),
    ]),
  );
}

function textFeeds(encoder: TextInputEncoder, names: readonly string[], { rows, columns }: RawRows): Values {
  const texts = encoder.columns.map((column) => rawTexts({ ...encoder, columns: [column] }, rows, columns));
  return Object.fromEntries(texts.map((each, i) => [names[i], valueOf('string', [rows.length, 1], each)]));
}

/** As many for each text as the longest has. */
function tokensOf(tokenizer: Tokenizer, texts: readonly string[]): Value {
  const all = texts.map((text) => tokenizer.encode(text, { special: true }));
  const width = all.reduce((most, tokens) => Math.max(most, tokens.length), 0);
  const ids = new BigInt64Array(texts.length * width).fill(BigInt(tokenizer.special.pad));
  all.forEach((tokens, row) => tokens.forEach((token, i) => (ids[row * width + i] = BigInt(token))));
  return valueOf('int64', [texts.length, width], ids);
}

/** Null where the file is none of Atelier's. */
export const exportFacts = (model: Model): ExportFacts | null => readExportMetadata(model.metadata);
