import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Encoder } from '../../datasets/training-data.ts';
import { checkpointPath, readCheckpoint, type Checkpoint } from '../../runtime/checkpoint.ts';
import { AtelierError } from '../../shared/errors.ts';

/** `encoder.json`: written once, before training, never changed. */
export const encoderPath = (runFolder: string): string => join(runFolder, 'encoder.json');

export function readEncoder(runFolder: string): Encoder {
  try {
    return JSON.parse(readFileSync(encoderPath(runFolder), 'utf8')) as Encoder;
  } catch (error) {
    throw new AtelierError(
      'run_incomplete',
      `The run's encoder cannot be read (${encoderPath(runFolder)}). Train it again.`,
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
