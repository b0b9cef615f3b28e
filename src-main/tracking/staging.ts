import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { numberToJson } from '../shared/json-number.ts';
import type { CurveBlock, ExchangedRun, StagedFile } from '../shared/run-exchange.ts';
import type { RunSourceFormat } from '../shared/run.ts';

const lineOf = 2048;
const batchCharacters = 1 << 20;

/** What is read of one run, on its way to its folder: its curves as `run.jsonl` has them, the rest as `imported.json`. */
export class Staging {
  readonly folder: string;
  readonly #file: FileHandle;
  /** Of each curve, so that it does not matter in which pieces and in which order they come. */
  readonly #hashes = new Map<string, Hash>();
  #waiting: string[] = [];
  #characters = 0;
  points = 0;

  private constructor(folder: string, file: FileHandle) {
    this.folder = folder;
    this.#file = file;
  }

  static async open(folder: string): Promise<Staging> {
    await mkdir(folder, { recursive: true });
    return new Staging(folder, await open(join(folder, 'run.jsonl'), 'wx'));
  }

  async curve({ key, steps, epochs, times, values }: CurveBlock): Promise<void> {
    this.#digest(key, steps, epochs, times, values);
    for (let from = 0; from < steps.length; from += lineOf) {
      const to = Math.min(steps.length, from + lineOf);
      const line = JSON.stringify({
        type: 'curve',
        key,
        step: steps.slice(from, to),
        epoch: epochs.slice(from, to),
        time: times.slice(from, to),
        value: values.slice(from, to).map(numberToJson),
      });
      this.#waiting.push(line, '\n');
      this.#characters += line.length + 1;
      this.points += to - from;
      if (this.#characters >= batchCharacters) await this.#flush();
    }
  }

  /** Returns the digest of all that was read, but for what a person may write on a run here, which stays theirs. */
  async finish(run: ExchangedRun, format: RunSourceFormat, path: string): Promise<string> {
    await this.#flush();
    await this.#file.close();
    const { name: _name, tags: _tags, notes: _notes, ...told } = run;
    // When a source does not say when it was made, the moment of reading stands in, which says nothing of the run.
    const hash = createHash('sha256').update(JSON.stringify({ ...told, createdAt: 0, metrics: exact(run.metrics) }));
    for (const [key, of] of [...this.#hashes].sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${key}\n`).update(of.digest());
    const digest = hash.digest('hex');
    const file: StagedFile = {
      run: { ...run, metrics: exact(run.metrics) as Record<string, number> },
      format,
      path,
      digest,
      points: this.points,
    };
    await writeFile(join(this.folder, 'imported.json'), JSON.stringify(file));
    return digest;
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }

  #digest(key: string, ...columns: number[][]): void {
    let hash = this.#hashes.get(key);
    if (!hash) this.#hashes.set(key, (hash = createHash('sha256')));
    const count = columns[0].length;
    const rows = new Float64Array(count * columns.length);
    for (let i = 0, at = 0; i < count; i++) for (const column of columns) rows[at++] = column[i];
    hash.update(new Uint8Array(rows.buffer));
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#characters = 0;
    for (let done = 0; done < bytes.length;) done += (await this.#file.write(bytes, done)).bytesWritten;
  }
}

const exact = (metrics: Record<string, number>): Record<string, number | string> =>
  Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, numberToJson(value)]));
