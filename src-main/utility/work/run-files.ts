import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoder } from '../../datasets/training-data.ts';
import { checkpointPath, readCheckpoint, type Checkpoint } from '../../runtime/checkpoint.ts';
import { writeAtomically } from '../../runtime/atomic-file.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainSettings } from '../../shared/run.ts';
import { configOf } from '../../tokenizers/special.ts';
import { parseTokenizerFile } from '../../tokenizers/tokenizer-file.ts';

/** Written once, before training, never changed. */
const encoderPath = (runFolder: string): string => join(runFolder, 'encoder.json');
/** An encoder of texts has its tokenizer in a file of its own, in Hugging Face's format, for anybody to read. */
const tokenizerPath = (runFolder: string): string => join(runFolder, 'tokenizer.json');

export function writeEncoder(runFolder: string, encoder: Encoder): void {
  const write = (path: string, json: unknown) => writeAtomically(path, [Buffer.from(JSON.stringify(json))]);
  if (encoder.kind === 'text') {
    write(tokenizerPath(runFolder), encoder.tokenizer);
    const config = encoder.tokenizer && configOf(encoder.tokenizer);
    if (config) write(join(runFolder, 'tokenizer_config.json'), config);
  }
  write(encoderPath(runFolder), encoder.kind === 'text' ? { ...encoder, tokenizer: null } : encoder);
}

export function readEncoder(runFolder: string): Encoder {
  const read = (path: string): string => readFileSync(path, 'utf8');
  try {
    const encoder = JSON.parse(read(encoderPath(runFolder))) as Encoder;
    if (encoder.kind !== 'text') return encoder;
    return { ...encoder, tokenizer: parseTokenizerFile(read(tokenizerPath(runFolder)), 'tokenizer.json') };
  } catch (error) {
    throw new AtelierError(
      'run_incomplete',
      `The run's encoder cannot be read (${encoderPath(runFolder)}). Train it again.`,
      [error instanceof Error ? error.message : String(error)],
    );
  }
}

/** What each class counts in the loss, in the encoder's order: of the training split where they balance it. */
const classWeightsPath = (runFolder: string): string => join(runFolder, 'class-weights.json');

export function writeClassWeights(runFolder: string, weights: readonly number[]): void {
  writeAtomically(classWeightsPath(runFolder), [Buffer.from(JSON.stringify(weights))]);
}

/** Undefined where the run has none. */
export function readClassWeights(runFolder: string, settings: TrainSettings): number[] | undefined {
  if (settings.classWeights === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(classWeightsPath(runFolder), 'utf8')) as number[];
  } catch (error) {
    throw new AtelierError(
      'run_incomplete',
      `The run's class weights cannot be read (${classWeightsPath(runFolder)}). Train it again.`,
      [error instanceof Error ? error.message : String(error)],
    );
  }
}

export function readBest(runFolder: string): Checkpoint {
  const best = readCheckpoint(checkpointPath(runFolder, 'best'));
  if (best) return best;
  throw new AtelierError(
    'no_checkpoint',
    'The run has no checkpoint yet: it ended before its first epoch did. Train it again, or choose another run.',
  );
}
