import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { naming } from '../system-errors.ts';
import { placeOf, readReferences, type Reference } from './references.ts';

const hashBytes = 32;

/** Where the files of a version may lie: where they were, and where a newer version of the dataset has found the same content since. */
export class Whereabouts {
  readonly #blobs: string;
  readonly #newest: Manifest | null;
  readonly #contents: Buffer;
  readonly references: readonly Reference[];
  #elsewhere: Promise<Map<string, Reference>> | null = null;

  private constructor(blobs: string, references: readonly Reference[], contents: Uint8Array, newest: Manifest | null) {
    this.#blobs = blobs;
    this.references = references;
    this.#contents = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
    this.#newest = newest;
  }

  /** Throws `no_original` where the version's files were not left where they are. */
  static async open(blobs: string, manifest: Manifest, newest?: Manifest): Promise<Whereabouts> {
    const { references, contents } = manifest.blobs;
    if (!references || !contents) {
      throw new AtelierError(
        'no_original',
        "This dataset's files were not left where they are: there is nothing to relink.",
      );
    }
    const other = newest?.blobs.references && newest.blobs.references !== references ? newest : null;
    return new Whereabouts(blobs, await readReferences(blobs, references), await readBlob(blobs, contents), other);
  }

  /** SHA-256, in hex. */
  contentOf(sample: number): string {
    return this.#contents.toString('hex', sample * hashBytes, (sample + 1) * hashBytes);
  }

  /** Where a newer version has the sample's file. */
  async elsewhere(sample: number): Promise<Reference | undefined> {
    if (!this.#newest) return undefined;
    this.#elsewhere ??= this.#byContent(this.#newest);
    return (await this.#elsewhere).get(this.contentOf(sample));
  }

  async #byContent(newest: Manifest): Promise<Map<string, Reference>> {
    const there = await Whereabouts.open(this.#blobs, newest);
    return new Map(there.references.map((reference, sample) => [there.contentOf(sample), reference]));
  }
}

/** The file of one sample, byte for byte as it was imported. Throws `original_missing` and `original_changed`. */
export async function readReferenced(
  blobs: string,
  manifest: Manifest,
  sample: number,
  newest?: Manifest,
): Promise<Uint8Array> {
  const where = await Whereabouts.open(blobs, manifest, newest);
  const content = where.contentOf(sample);
  const own = where.references[sample];
  let found: 'missing' | 'changed' = 'missing';
  for (const find of [() => own, () => where.elsewhere(sample)]) {
    const reference = await find();
    const facts = reference && (await factsOf(reference));
    if (!facts) continue;
    found = 'changed';
    if (!facts.isFile || facts.bytes !== reference.bytes) continue;
    const bytes = await readReference(reference);
    if (sha256(bytes) === content) return bytes;
  }
  throw found === 'missing' ? missing(placeOf(own)) : changed(placeOf(own));
}

/** What lies there, of which it is known that it is a file and how large. */
export const readReference = (reference: Reference): Promise<Uint8Array> =>
  naming({ reading: placeOf(reference) }, () => readFile(placeOf(reference)));

export interface FileNow {
  bytes: number;
  modified: number;
  isFile: boolean;
}

/** Null where nothing is there. */
export const factsOf = (reference: Reference): Promise<FileNow | null> =>
  stat(placeOf(reference)).then(
    (facts) => ({ bytes: facts.size, modified: facts.mtimeMs, isFile: facts.isFile() }),
    () => null,
  );

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const missing = (path: string): AtelierError =>
  new AtelierError(
    'original_missing',
    `${path} is not there any more. What is trained on is stored and stays. If its folder was moved, say where it is now: "Relink…" under Source, or atelier data relink NAME FOLDER.`,
    [path],
  );

const changed = (path: string): AtelierError =>
  new AtelierError(
    'original_changed',
    `${path} is not the file any more that was imported. What is trained on is stored and stays. "Look for changes" under Source takes in what is there now (atelier import --into NAME); "Relink…" finds the file as it was, where it lies in another folder.`,
    [path],
  );
