import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import type { CheckpointInfo, RunSummary } from '../shared/run.ts';

/** The safetensors reference implementation's own limit for the header. */
const maxHeaderBytes = 100_000_000;

/** Where a run stands in one of its checkpoints (see runtime/checkpoint.ts), as far as the owner needs to know. */
interface Position {
  step: number;
  epoch: number;
  offset: number;
  plateau?: { rate: number };
}

export const checkpointsFolder = (folder: string, run: RunId): string =>
  join(workspaceFiles.run(folder, run), 'checkpoints');

/** What a run has on disk, the furthest first. Only headers are read: whether a file's values are whole is found when they are used. */
export function listCheckpoints(folder: string, run: RunId): CheckpointInfo[] {
  const from = checkpointsFolder(folder, run);
  if (!existsSync(from)) return [];
  return readdirSync(from)
    .filter((file) => file.endsWith('.safetensors'))
    .map((file) => infoOf(from, file))
    .sort((a, b) => (b.step ?? -1) - (a.step ?? -1) || (a.name < b.name ? 1 : -1));
}

/** Refuses names that none of the run's checkpoints has. */
export function checkCheckpoints(folder: string, run: Pick<RunSummary, 'id' | 'name'>, names: readonly string[]): void {
  const known = listCheckpoints(folder, run.id).map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw new AtelierError(
    'no_checkpoint',
    known.length === 0
      ? `The run "${run.name}" has no checkpoint yet.`
      : `The run "${run.name}" has no checkpoint "${wrong}". It has: ${known.join(', ')}.`,
  );
}

/** Null where there is none, or it cannot be read. */
export function lastPosition(folder: string, run: RunId): Position | null {
  return readPosition(join(checkpointsFolder(folder, run), 'last.safetensors'));
}

/** The best checkpoint takes the last one's place, whole or not at all: where what came after it leads nowhere. False where there is none. */
export function goBackToBest(folder: string, run: RunId): boolean {
  const of = (name: string) => join(checkpointsFolder(folder, run), name);
  if (!existsSync(of('best.safetensors'))) return false;
  copyFileSync(of('best.safetensors'), of('last.safetensors.partial'));
  const copy = openSync(of('last.safetensors.partial'), 'r+');
  fsyncSync(copy);
  closeSync(copy);
  renameSync(of('last.safetensors.partial'), of('last.safetensors'));
  return true;
}

/** What made a run's best checkpoint (see `CheckpointOrigin` there); null where it has none that says so. */
export function codeOf(folder: string, run: RunId): Record<string, string> | null {
  const path = join(checkpointsFolder(folder, run), 'best.safetensors');
  return parsed<{ code?: Record<string, string> }>(readMetadata(path).origin)?.code ?? null;
}

function infoOf(folder: string, file: string): CheckpointInfo {
  const path = join(folder, file);
  const { size, mtimeMs } = statSync(path);
  const position = readPosition(path);
  return {
    name: file.slice(0, -'.safetensors'.length),
    bytes: size,
    savedAt: Math.round(mtimeMs),
    step: position?.step ?? null,
    epoch: position?.epoch ?? null,
  };
}

function readPosition(path: string): Position | null {
  const position = parsed<Partial<Position>>(readMetadata(path).training);
  return Number.isInteger(position?.step) && Number.isInteger(position?.epoch) ? (position as Position) : null;
}

/** What a file's header says of it in words; nothing where it cannot be read. */
function readMetadata(path: string): { training?: string; origin?: string } {
  try {
    const file = openSync(path, 'r');
    try {
      const length = Buffer.alloc(8);
      readSync(file, length, 0, 8, 0);
      const bytes = Number(length.readBigUInt64LE(0));
      if (bytes > maxHeaderBytes) return {};
      const header = Buffer.alloc(bytes);
      readSync(file, header, 0, bytes, 8);
      return (JSON.parse(header.toString('utf8')) as { __metadata__?: Record<string, string> }).__metadata__ ?? {};
    } finally {
      closeSync(file);
    }
  } catch {
    return {};
  }
}

function parsed<T>(text: string | undefined): T | null {
  try {
    return JSON.parse(text ?? 'null') as T | null;
  } catch {
    return null;
  }
}
