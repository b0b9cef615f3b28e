import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { writeAtomically } from './atomic-file.ts';
import type { Measures } from './learner.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/**
 * A training at one moment, as `<run folder>/checkpoints/{best,last}.safetensors`. Tensors are named `model/<name>` (parameters and
 * running statistics, under the forward graph's names) and `optimizer/<name>`; everything else is JSON in the metadata entry "training".
 */
export interface Checkpoint {
  /** Parameters and running statistics: all that inference needs. */
  model: Map<string, Tensor>;
  optimizer: Map<string, Tensor>;
  position: Position;
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

export type CheckpointName = 'best' | 'last';

/** Larger files are refused before reading: nothing Atelier trains comes near it. */
const maxFileBytes = 2 ** 31 - 1;

export const checkpointPath = (runFolder: string, name: CheckpointName): string =>
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
  const metadata = { format: 'atelier-checkpoint-1', training: JSON.stringify(checkpoint.position) };
  mkdirSync(dirname(path), { recursive: true });
  writeAtomically(path, encodeSafetensors({ tensors, metadata }));
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
  const named = (prefix: string): Map<string, Tensor> =>
    new Map(
      [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]),
    );
  return {
    model: named('model/'),
    optimizer: named('optimizer/'),
    position: JSON.parse(metadata.training) as Position,
  };
}
