import type { Manifest } from '../../shared/dataset.ts';
import type { Originals } from '../../shared/work/import.ts';
import { Offsets } from '../annotations/writer.ts';
import { writeBlob, type BlobWriter } from '../blobs.ts';
import type { Pass } from '../images/pass.ts';
import type { FoundFile, Source } from '../source.ts';
import { writeReferences, type Reference } from './references.ts';

/** What is known of an image file that was read. */
export interface OriginalFacts {
  bytes: number;
  /** Where files are left where they are. */
  modified?: number;
  /** The sample that it is already, whose file is not copied again. */
  known?: number;
}

const fileName = 'originals';

const copiedBytes = (files: readonly OriginalFacts[]): number =>
  files.reduce((sum, { bytes, known }) => sum + (known === undefined ? bytes : 0), 0);

/** The files that images come from: copied into one blob, one after another, or noted where they lie. */
export class OriginalsSink {
  readonly #source: Source;
  readonly #blobs: string;
  /** Null: they are left where they are. */
  readonly #writer: BlobWriter | null;
  readonly #offsets = new Offsets();
  readonly #references: Reference[] = [];
  #copied = 0;

  private constructor(source: Source, blobs: string, writer: BlobWriter | null) {
    this.#source = source;
    this.#blobs = blobs;
    this.#writer = writer;
  }

  /** `before`: what the pass has been through already. */
  static async open(
    source: Source,
    blobs: string,
    pass: Pass<unknown>,
    how: Originals,
    before: readonly OriginalFacts[],
  ): Promise<OriginalsSink> {
    const writer = how === 'copied' ? await pass.writer(fileName, copiedBytes(before)) : null;
    return new OriginalsSink(source, blobs, writer);
  }

  /** How long its file is after these: for `Pass.match`. */
  static lengths(how: Originals, done: readonly OriginalFacts[]): Record<string, number> {
    return how === 'copied' ? { [fileName]: copiedBytes(done) } : {};
  }

  /** The files' contents, in their order, where they are copied; each is to be kept besides. */
  async write(...contents: Uint8Array[]): Promise<void> {
    await this.#writer?.write(contents.length === 1 ? contents[0] : Buffer.concat(contents));
  }

  /** A file that is a sample. */
  keep({ relative }: FoundFile, { bytes, modified, known }: OriginalFacts): void {
    if (!this.#writer) this.#references.push({ root: this.#source.root, path: relative, bytes, modified: modified! });
    else if (known === undefined) {
      this.#copied++;
      this.#offsets.add(bytes);
    }
  }

  /** What a version keeps of them. */
  async commit(): Promise<Partial<Manifest['blobs']>> {
    if (!this.#writer) return { references: await writeReferences(this.#blobs, this.#references) };
    if (this.#copied === 0) {
      await this.#writer.abort();
      return {};
    }
    const originalOffsets = await writeBlob(this.#blobs, this.#offsets.bytes);
    return { originalOffsets, originals: await this.#writer.commit() };
  }
}
