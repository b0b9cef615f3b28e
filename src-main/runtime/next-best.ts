import { copyFileSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkpointPath, readPosition, writeCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { Measures } from './learner.ts';

const pattern = /^(best-\d+)\.safetensors$/;
const nameOf = (step: number): string => `best-${String(step).padStart(6, '0')}`;

/** The best checkpoints after the very best, as files `best-<step>`: so many, and none that is worse than one that went. */
export class NextBest {
  readonly #runFolder: string;
  readonly #count: number;
  readonly #better: (a: Measures, b: Measures) => boolean;
  /** Best first. */
  #kept: { name: string; measures: Measures }[];

  /** Takes up those that lie there: of a run that goes on. */
  constructor(runFolder: string, count: number, better: (a: Measures, b: Measures) => boolean) {
    this.#runFolder = runFolder;
    this.#count = count;
    this.#better = better;
    const folder = dirname(checkpointPath(runFolder, 'best'));
    mkdirSync(folder, { recursive: true });
    const found = readdirSync(folder).flatMap((file) => {
      const name = pattern.exec(file)?.[1];
      const measures = name && readPosition(join(folder, file))?.measures;
      return measures ? [{ name, measures }] : [];
    });
    this.#kept = this.#sorted(found);
  }

  /** Whether such an epoch, which is not the very best, would be kept. */
  wants(measures: Measures): boolean {
    const worst = this.#kept.at(-1);
    return this.#kept.length < this.#count || (worst !== undefined && this.#better(measures, worst.measures));
  }

  keep(checkpoint: Checkpoint): void {
    const { step, measures } = checkpoint.position;
    if (!measures) return;
    const name = nameOf(step);
    writeCheckpoint(checkpointPath(this.#runFolder, name), checkpoint);
    this.#enter(name, measures);
  }

  /** The very best so far, which is so no longer; `onDisk`: it is the file `best`, which the next one will take the place of. */
  demote(best: Checkpoint, onDisk: boolean): void {
    const { step, measures } = best.position;
    if (!measures || !this.wants(measures)) return;
    if (!onDisk) return this.keep(best);
    const [from, to] = [checkpointPath(this.#runFolder, 'best'), checkpointPath(this.#runFolder, nameOf(step))];
    const beside = `${to}.${process.pid}.part`;
    rmSync(beside, { force: true });
    try {
      linkSync(from, beside);
    } catch {
      // A file system without links.
      copyFileSync(from, beside);
    }
    renameSync(beside, to);
    this.#enter(nameOf(step), measures);
  }

  #enter(name: string, measures: Measures): void {
    this.#kept = this.#sorted([...this.#kept.filter((one) => one.name !== name), { name, measures }]);
    for (const gone of this.#kept.splice(this.#count))
      rmSync(checkpointPath(this.#runFolder, gone.name), { force: true });
  }

  #sorted(kept: { name: string; measures: Measures }[]): { name: string; measures: Measures }[] {
    return kept.sort((a, b) =>
      this.#better(a.measures, b.measures) ? -1 : this.#better(b.measures, a.measures) ? 1 : 0,
    );
  }
}
