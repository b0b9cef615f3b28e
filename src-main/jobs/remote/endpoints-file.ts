import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readKeptRemotes, type KeptRemotes } from '../../shared/remote.ts';

const none: KeptRemotes = { enabled: false, endpoints: [] };

/** Read anew each time: the window and command lines share it. One that is damaged is set aside, and remote models are off. */
export function readEndpoints(path: string): KeptRemotes {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return none;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const kept = readKeptRemotes(value);
  if (kept) return kept;
  renameSync(path, `${path}.damaged`);
  return none;
}

/** Whole or not at all, and for this person's eyes only. */
export function writeEndpoints(path: string, kept: KeptRemotes): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = openSync(beside, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(kept, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
