import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { classesOf, sampleSizeOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { rawColumns } from '../../datasets/encode/rows.ts';
import { readModel } from '../../onnx/read.ts';
import type { Model } from '../../onnx/types.ts';
import { dataOf, Session, valueOf, type Values } from '../../runtime/session.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { RawModel } from './model.ts';
import type { RawSamples } from './raw-samples.ts';
import { readExportMetadata } from './read-metadata.ts';

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
  readonly encoder: Encoder;
  readonly #session: Session;

  private constructor(encoder: Encoder, session: Session) {
    this.encoder = encoder;
    this.#session = session;
  }

  static async open(bytes: Uint8Array, encoder: Encoder, threads: number): Promise<ExportedModel> {
    const session = await Session.open(bytes, { device: 'cpu', threads });
    const wanted = encoder.kind === 'images' ? 1 : encoder.numbers.length + encoder.categories.length;
    const outputs = new Set(session.outputs.map((output) => output.name));
    const answers = classesOf(encoder).length > 0 ? ['label', 'probabilities'] : ['value'];
    if (session.inputs.length !== wanted || !answers.every((name) => outputs.has(name))) {
      await session.close();
      throw new AtelierError('broken_model', 'The model is not what its metadata say: its inputs or outputs differ.');
    }
    return new ExportedModel(encoder, session);
  }

  async predict(raw: RawSamples): Promise<Float32Array> {
    return (await this.answer(raw)).predictions;
  }

  /** With the labels in the model's own words; empty for a regression. */
  async answer(raw: RawSamples): Promise<{ predictions: Float32Array; labels: string[] }> {
    const results = await this.#session.run(this.#feeds(raw));
    const output = classesOf(this.encoder).length > 0 ? results.probabilities : results.value;
    const labels = results.label ? ([...(results.label.data as unknown as string[])] as string[]) : [];
    return { predictions: Float32Array.from(dataOf(output) as Float32Array), labels };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Inputs stand in the encoder's order; their names may differ from the columns'. */
  #feeds(raw: RawSamples): Values {
    const { encoder } = this;
    const names = this.#session.inputs.map((input) => input.name);
    if (raw.kind === 'images' && encoder.kind === 'images') {
      const { height, width, channels } = encoder.image;
      if (raw.pixels.length !== raw.count * sampleSizeOf(encoder))
        throw new AtelierError('internal', 'Images of another size.');
      return { [names[0]]: valueOf('uint8', [raw.count, height, width, channels], raw.pixels) };
    }
    if (raw.kind === 'images' || encoder.kind === 'images') {
      throw new AtelierError('internal', `A model of ${encoder.kind} was given ${raw.kind}.`);
    }
    const { count, numbers, categories } = rawColumns(encoder, raw.rows, raw.columns);
    const shape = [count, 1];
    const values: Values = {};
    numbers.forEach((column, i) => (values[names[i]] = valueOf('float', shape, column)));
    categories.forEach((column, i) => (values[names[numbers.length + i]] = valueOf('string', shape, column)));
    return values;
  }
}

/** Null where the file is none of Atelier's. */
export const encoderOf = (model: Model): Encoder | null => readExportMetadata(model.metadata);
