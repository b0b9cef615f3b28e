import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { writeAtomically } from './atomic-file.ts';
import type { Measures } from './learner.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/**
 * A training at one moment, as `<run folder>/checkpoints/{best,last,…}.safetensors`. Tensors are named `model/<name>` (parameters and
 * running statistics, under the forward graph's names) and `optimizer/<name>`; everything else is JSON in the metadata entry "training".
 */
export interface Checkpoint {
  /** Parameters and running statistics: all that inference needs. */
  model: Map<string, Tensor>;
  optimizer: Map<string, Tensor>;
  position: Position;
  /** What it is a checkpoint of; of files from before this was kept there is none. */
  origin?: CheckpointOrigin;
}

/** Whose checkpoint it is, and what made it. */
export interface CheckpointOrigin {
  run: string;
  /** The dataset version, and the hashes of what it is made of: they tell the recipe apart as well. */
  version: string | null;
  blobs: Record<string, string | undefined>;
  /** Of Atelier, ONNX Runtime and what runs them. */
  code: Record<string, string>;
}

/** Where a training stands; with the seed, all that decides which samples and random numbers come next. */
export interface Position {
  /** Optimizer steps done. */
  step: number;
  /** Whole epochs done. */
  epoch: number;
  /** Samples of the current epoch already used. */
  offset: number;
  /** Over the current epoch so far, each of a step's measures × its samples. */
  sums: Record<string, number>;
  /** Seconds of training so far. */
  seconds: number;
  best: Best | null;
  /** Where the learning rate follows the loss: all that it goes by. */
  plateau?: PlateauState;
  /** Of the epoch that has just ended, at its end. */
  measures?: Measures;
  /** What the next point of the training's curves is a mean of, so far: by measure, over so many samples. */
  window?: { samples: number; sums: Record<string, number>; norms?: { updates: number; sums: Record<string, number> } };
}

/** The shape of the compiler's (autodiff/schedules/plateau.ts), said again. */
export interface PlateauState {
  readonly rate: number;
  readonly best: number | null;
  readonly waited: number;
  readonly resting: number;
}

export interface Best {
  /** Epochs done, fractional where the training was stopped inside one. */
  epoch: number;
  step: number;
  /** Over the validation split, or over the epoch's training samples where there is no validation split. */
  measures: Measures;
  /** Means over the epoch's training samples, taken while the parameters changed. */
  train: Measures;
}

/** Larger files are refused before reading: nothing Atelier trains comes near it. */
const maxFileBytes = 2 ** 31 - 1;

export const checkpointPath = (runFolder: string, name: string): string =>
  join(runFolder, 'checkpoints', `${name}.safetensors`);

/** Before a run begins anew: what an earlier attempt left must not pass for this one's. */
export function clearCheckpoints(runFolder: string): void {
  rmSync(join(runFolder, 'checkpoints'), { recursive: true, force: true });
}

/** Atomic: the old file is there, whole, until the new one is, whole, on the disk. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of checkpoint.model) tensors.set(`model/${name}`, tensor);
  for (const [name, tensor] of checkpoint.optimizer) tensors.set(`optimizer/${name}`, tensor);
  const metadata: Record<string, string> = {
    format: 'atelier-checkpoint-1',
    training: JSON.stringify(checkpoint.position),
    ...(checkpoint.origin ? { origin: JSON.stringify(checkpoint.origin) } : {}),
  };
  // Nothing is copied: the second time only the header is another one.
  const [, , ...values] = encodeSafetensors({ tensors, metadata });
  metadata.crc32 = String(checksum(values));
  mkdirSync(dirname(path), { recursive: true });
  writeAtomically(path, encodeSafetensors({ tensors, metadata }));
}

const checksum = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, piece) => crc32(piece, sum), 0);

/** Where a checkpoint's training stands, read from its header alone; null where that cannot be read. */
export function readPosition(path: string): Position | null {
  try {
    const file = openSync(path, 'r');
    try {
      const length = Buffer.alloc(8);
      readSync(file, length, 0, 8, 0);
      const header = Buffer.alloc(Number(length.readBigUInt64LE(0)));
      readSync(file, header, 0, header.length, 8);
      const { __metadata__: metadata } = JSON.parse(header.toString('utf8')) as { __metadata__: { training: string } };
      return positionOf(metadata.training);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function positionOf(text: string): Position | null {
  const position = JSON.parse(text) as Partial<Position> | null;
  const whole = [position?.step, position?.epoch, position?.offset].every((n) => Number.isSafeInteger(n) && n! >= 0);
  return whole && typeof position?.sums === 'object' ? (position as Position) : null;
}

/** Null where there is none. */
export function readCheckpoint(path: string): Checkpoint | null {
  let bytes: Buffer;
  try {
    if (statSync(path).size > maxFileBytes) throw new AtelierError('broken_checkpoint', `${path} is larger than 2 GB.`);
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  if (metadata.format !== 'atelier-checkpoint-1' || !metadata.training) {
    throw new AtelierError('broken_checkpoint', `${path} is not a checkpoint of this version of Atelier.`);
  }
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  if (metadata.crc32 !== undefined && Number(metadata.crc32) !== checksum([bytes.subarray(begin)])) {
    throw new AtelierError('broken_checkpoint', `${path}: its values are not those that were written (checksum).`);
  }
  const position = positionOf(metadata.training);
  if (!position) throw new AtelierError('broken_checkpoint', `${path}: it does not say where its training stands.`);
  const named = (prefix: string): Map<string, Tensor> =>
    new Map(
      [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]),
    );
  return {
    model: named('model/'),
    optimizer: named('optimizer/'),
    position,
    ...(metadata.origin ? { origin: JSON.parse(metadata.origin) as CheckpointOrigin } : {}),
  };
}
