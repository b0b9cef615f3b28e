import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WorkspaceLock } from '../db/lock.ts';
import { readLines } from '../db/records.ts';
import { isFinished, type TrialRecord } from '../search/trial.ts';

/**
 * What is known of a search over a person's function until it has ended: a trial's record as it is asked for and as it ends, appended to a
 * file before anybody hears of it. So a search that was killed goes on by the same command, with the trials that it had.
 */
export class TuneJournal {
  /** Trials so far, by number; those at work when it was cut short are `running`. */
  readonly records: readonly TrialRecord[];
  readonly #folder: string;
  readonly #lock: WorkspaceLock;
  readonly #file: number;
  #broken = false;

  private constructor(folder: string, lock: WorkspaceLock, anew: boolean) {
    this.#folder = folder;
    this.#lock = lock;
    const path = join(folder, 'trials.jsonl');
    if (anew) rmSync(path, { force: true });
    this.records = readTrials(path);
    this.#file = openSync(path, 'a');
  }

  /** `search`: all that makes it this search and no other one. Throws workspace_in_use where another process works on the same one. */
  static open(workspace: string, search: unknown, { anew }: { anew: boolean }): TuneJournal {
    const digest = createHash('sha256').update(JSON.stringify(search)).digest('hex').slice(0, 16);
    const folder = join(workspace, 'searches', digest);
    mkdirSync(folder, { recursive: true });
    const lock = WorkspaceLock.acquire(folder, '"atelier tune"');
    try {
      return new TuneJournal(folder, lock, anew);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  put(record: TrialRecord): void {
    if (this.#broken) return;
    try {
      // A leading newline ends a line that a kill has cut short.
      writeSync(this.#file, `\n${JSON.stringify(record)}\n`);
    } catch {
      // A full disk. What is written is a beginning all the same; the search itself needs nothing of it.
      this.#broken = true;
    }
  }

  /** `done`: nothing is left to go on with. */
  close(done: boolean): void {
    closeSync(this.#file);
    this.#lock.release();
    if (done) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** As far as numbers run from 0: after one that is missing, what was tried would not follow from what was known. */
function readTrials(path: string): TrialRecord[] {
  if (!existsSync(path)) return [];
  const last = new Map<number, TrialRecord>();
  for (const record of readLines<TrialRecord | null>(path)) {
    if (!record || !Number.isSafeInteger(record.number)) continue;
    const known = last.get(record.number);
    if (!known || !isFinished(known)) last.set(record.number, record);
  }
  const records: TrialRecord[] = [];
  for (let number = 0; last.has(number); number++) records.push(last.get(number)!);
  return records;
}
