import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkpointPath, readCheckpoint, readPosition, type Checkpoint } from '../../runtime/checkpoint.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { TrainParams } from '../../shared/work/train.ts';

const names = (runFolder: string): string[] => {
  const folder = dirname(checkpointPath(runFolder, 'last'));
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.filter((file) => file.endsWith('.safetensors')).map((file) => file.slice(0, -'.safetensors'.length));
};

/** What a process that was killed had begun to write. */
export function sweepParts(runFolder: string): void {
  const folder = dirname(checkpointPath(runFolder, 'last'));
  const parts = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.part')) : [];
  for (const file of parts) rmSync(join(folder, file), { force: true });
}

/**
 * The checkpoint that a run goes on from: the one asked for, else the last, else the furthest that is there; null where there is none.
 * One that is damaged or of another run is told, with the next older one that is sound.
 */
export function checkpointToGoOn({ runFolder, run, from }: TrainParams): Checkpoint | null {
  const there = names(runFolder).sort((a, b) => stepOf(runFolder, b) - stepOf(runFolder, a));
  const name = from ?? (there.includes('last') ? 'last' : there[0]);
  if (name === undefined) return null;
  if (!there.includes(name)) {
    throw new AtelierError(
      'no_checkpoint',
      `The run has no checkpoint "${name}". It has: ${there.join(', ') || 'none'}.`,
    );
  }
  try {
    return readOwn(runFolder, name, run);
  } catch (error) {
    if (!(error instanceof AtelierError)) throw error;
    const older = there.find((other) => other !== name && isSound(runFolder, other, run));
    const step = older === undefined ? 0 : stepOf(runFolder, older);
    const wayOut =
      older === undefined
        ? `There is no other one: train the run anew (atelier runs retry ${run} --anew).`
        : `The next older one is of step ${step}: atelier runs resume ${run} --from ${older}, or "Resume from here" beside it under Checkpoints.`;
    throw new AtelierError(error.code, `${error.message} ${wayOut}`, [`from=${older ?? ''}`]);
  }
}

/** The best checkpoint beside the one that is gone on from; null where it cannot be read: the next epoch is then the best. */
export function bestBeside(runFolder: string, run: string): Checkpoint | null {
  try {
    return readOwn(runFolder, 'best', run);
  } catch {
    return null;
  }
}

function readOwn(runFolder: string, name: string, run: string): Checkpoint | null {
  const path = checkpointPath(runFolder, name);
  const checkpoint = readCheckpoint(path);
  const of = checkpoint?.origin?.run;
  if (of === undefined || of === run) return checkpoint;
  throw new AtelierError('foreign_checkpoint', `${path} is a checkpoint of another run (${of}).`);
}

function isSound(runFolder: string, name: string, run: string): boolean {
  try {
    return readOwn(runFolder, name, run) !== null;
  } catch {
    return false;
  }
}

/** -1 where its header cannot be read. */
const stepOf = (runFolder: string, name: string): number => readPosition(checkpointPath(runFolder, name))?.step ?? -1;
