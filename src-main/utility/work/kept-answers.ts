import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointPath } from '../../runtime/checkpoint.ts';
import { writeAtomically } from '../../runtime/atomic-file.ts';
import type { Manifest, SplitName } from '../../shared/dataset.ts';
import { testLooksFile, testLooksOf, type TestLook, type TestLooks } from '../../shared/evaluation.ts';
import { AtelierError } from '../../shared/errors.ts';

/** What a run's best checkpoint says of a split: kept, so that another look, a comparison or another threshold needs no model. */
export interface SplitAnswers {
  /** By their numbers in the version. */
  indices: Int32Array;
  /** As it was encoded: a class's index, of several classes 0 or 1 for each, or the standardised target. */
  y: Int32Array | Float32Array;
  /** Row-major; probabilities, or values in the target's own unit. */
  values: Float32Array;
  loss: number;
}

const folderOf = (runFolder: string): string => join(runFolder, 'evaluation');
const magic = 'atelier-answers-1';

/** Answers to one version's data by one checkpoint; to any other they are not known. */
export class KeptAnswers {
  readonly #folder: string;
  /** What they are answers to, and whose. */
  readonly #data: string;
  readonly #model: string;

  /** Errors: no_checkpoint. */
  constructor(runFolder: string, manifest: Manifest) {
    this.#folder = folderOf(runFolder);
    // What was imported, how it was divided, and which column is to be told.
    const { blobs, target, columns, classSets } = manifest;
    const sets = classSets ? [classSets] : [];
    this.#data = hashOf(JSON.stringify([blobs, target, columns.map(({ name, type }) => [name, type]), ...sets]));
    try {
      this.#model = hashOf(readFileSync(checkpointPath(runFolder, 'best')));
    } catch {
      throw new AtelierError(
        'no_checkpoint',
        'The run has no checkpoint yet: it ended before its first epoch did. Train it again, or choose another run.',
      );
    }
  }

  /** Null where they are not known, or the file is not whole. */
  read(split: SplitName): SplitAnswers | null {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#path(split));
    } catch {
      return null;
    }
    try {
      const end = bytes.indexOf(10);
      const header = JSON.parse(bytes.subarray(0, end).toString()) as Header;
      const { count, width, classes, targets = 1, loss } = header;
      if (header.magic !== magic || bytes.length !== end + 1 + 4 * count * (1 + targets + width)) return null;
      // Typed arrays begin at multiples of four.
      const body = Uint8Array.from(bytes.subarray(end + 1)).buffer;
      return {
        indices: new Int32Array(body, 0, count),
        y: classes ? new Int32Array(body, 4 * count, count) : new Float32Array(body, 4 * count, count * targets),
        values: new Float32Array(body, 4 * count * (1 + targets), count * width),
        loss: loss ?? NaN,
      };
    } catch {
      return null;
    }
  }

  /** Those of an earlier checkpoint to the same data are given up. A folder that cannot be written to keeps nothing. */
  write(split: SplitName, { indices, y, values, loss }: SplitAnswers): void {
    const count = indices.length;
    const header: Header = {
      magic,
      count,
      width: count === 0 ? 0 : values.length / count,
      classes: y instanceof Int32Array,
      ...(y.length > count && { targets: y.length / count }),
      loss,
    };
    const bytesOf = (array: Int32Array | Float32Array): Uint8Array =>
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    try {
      mkdirSync(this.#folder, { recursive: true });
      for (const name of readdirSync(this.#folder))
        if (name.startsWith(`${split}-${this.#data}-`)) rmSync(join(this.#folder, name), { force: true });
      const head = Buffer.from(`${JSON.stringify(header)}\n`);
      writeAtomically(this.#path(split), [head, bytesOf(indices), bytesOf(y), bytesOf(values)]);
    } catch {
      // A full or read-only disk: the answers themselves are none the worse.
    }
  }

  #path(split: SplitName): string {
    return join(this.#folder, `${split}-${this.#data}-${this.#model}.answers`);
  }
}

interface Header {
  magic: string;
  count: number;
  width: number;
  classes: boolean;
  /** So many a sample, where it is more than one. */
  targets?: number;
  loss: number | null;
}

const hashOf = (what: string | Uint8Array): string => createHash('sha256').update(what).digest('hex').slice(0, 16);

const looksPath = (runFolder: string): string => join(runFolder, ...testLooksFile);

/** Notes, before anything of it is shown, that the test split is looked at. Throws where that cannot be written: then nothing is shown. */
export function noteLook(runFolder: string, why: TestLook, now = Date.now()): void {
  try {
    mkdirSync(folderOf(runFolder), { recursive: true });
    // One short write at the end of the file: two processes do not get in each other's way.
    appendFileSync(looksPath(runFolder), `${JSON.stringify({ at: now, why })}\n`, { flush: true });
  } catch (error) {
    throw new AtelierError(
      'look_not_counted',
      'Each look at the test split is counted, and this one could not be written into the run’s folder. Make room on the disk, or make the folder writable.',
      [String(error)],
    );
  }
}

export function readLooks(runFolder: string): TestLooks {
  try {
    return testLooksOf(readFileSync(looksPath(runFolder), 'utf8'));
  } catch {
    return testLooksOf('');
  }
}
