import { createHash, type Hash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { Member } from '../class-folders.ts';
import type { ImageSet } from '../image-version.ts';
import type { ImportContext, Rejects } from '../importers/importer.ts';
import { inOrder } from '../in-order.ts';
import type { Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { sortClasses } from '../target.ts';
import { imageSize, maxSide, readImageFile } from './decode.ts';
import { decodeFiles, type DecodedFile, type Size } from './decode-files.ts';
import { PixelSink } from './pixel-sink.ts';

const lookedAt = 32;

/** A look at some images spread over all: one small size is kept, anything else becomes a square as large as half of them, `most` at most. */
export async function chooseSize(
  members: readonly Pick<Member, 'file'>[],
  signal: AbortSignal,
  most = maxSide,
): Promise<Size> {
  const sizes: { width: number; height: number }[] = [];
  const step = Math.max(1, members.length / (lookedAt * 4));
  for (let at = 0; at < members.length && sizes.length < lookedAt; at += step) {
    signal.throwIfAborted();
    const { file } = members[Math.floor((at * 7919) % members.length)];
    try {
      sizes.push(await imageSize(await readImageFile(file), file.relative));
    } catch {
      // Bad ones are listed when all are read.
    }
  }
  if (sizes.length === 0) return { width: most, height: most, scale: true };
  const [{ width, height }] = sizes;
  const same = sizes.every((size) => size.width === width && size.height === height);
  if (same && width <= most && height <= most) return { width, height, scale: false };
  const sides = sizes.map((size) => Math.max(size.width, size.height)).sort((a, b) => a - b);
  const side = Math.min(most, sides[sides.length >> 1]);
  return { width: side, height: side, scale: true };
}

/** Files being read or decoded at once: a little more than there are cores, so that both overlap. */
const atOnce = 4;
/** Small images are decoded so many together, and so many of such groups are worked on at once. */
const together = { images: 32, groups: 2 };
/** One pass over all images at one size. */
export class Reading {
  readonly size: Size;
  readonly #source: Source;
  readonly #members: Member[];
  readonly #good: Member[] = [];
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #misnamed: { count: number; first: string } = { count: 0, first: '' };
  #sink: PixelSink | null = null;

  constructor(source: Source, members: Member[], size: Size) {
    this.#source = source;
    this.#members = members;
    this.size = size;
  }

  /** False if an image of another size was met where none is scaled: nothing is kept then. */
  async run(blobs: string, rejects: Rejects, context: ImportContext): Promise<boolean> {
    const sink = (this.#sink = await PixelSink.open(blobs));
    const listed = rejects.mark();
    const total = this.#members.length;
    const [size, groupsAtOnce] = this.size.scale ? [1, atOnce] : [together.images, together.groups];
    const groups = Array.from({ length: Math.ceil(total / size) }, (_, g) =>
      this.#members.slice(g * size, (g + 1) * size),
    );
    const decoding = (group: Member[]): Promise<(DecodedFile | Error)[]> =>
      decodeFiles(
        group.map(({ file }) => file),
        this.size,
        atOnce / groupsAtOnce,
      );
    let done = 0;
    context.progress({ stage: 'decoding', unit: 'samples', done, total });
    for await (const { thing: members, result } of inOrder(groups, groupsAtOnce, decoding)) {
      try {
        context.signal.throwIfAborted();
        if (result instanceof Error) throw result;
        const good: Uint8Array[] = [];
        for (const [i, member] of members.entries()) {
          const decoded = result[i];
          context.progress({ stage: 'decoding', unit: 'samples', done: ++done, total });
          if (decoded instanceof Error) await this.#reject(member, decoded, rejects);
          else if (decoded.width !== this.size.width || decoded.height !== this.size.height) {
            rejects.rewind(listed);
            await this.abort();
            return false;
          } else {
            good.push(decoded.rgb);
            this.#keep(member, decoded);
          }
        }
        if (good.length > 0) await sink.add(...good);
      } catch (error) {
        await this.abort();
        throw error;
      }
    }
    return true;
  }

  async abort(): Promise<void> {
    await this.#sink?.blob.abort();
  }

  #keep(member: Member, decoded: DecodedFile): void {
    this.#good.push(member);
    this.#bytes += decoded.bytes;
    this.#hash.update(`${decoded.sha256}  ${member.file.relative}\n`);
    if (decoded.misnamed && this.#misnamed.count++ === 0) this.#misnamed.first = member.file.relative;
  }

  /** One bad file is listed; a source that is gone ends the import. */
  async #reject({ file }: Member, error: Error, rejects: Rejects): Promise<void> {
    const facts = errorFacts(error);
    if (facts.code === 'source_vanished' && !(await exists(this.#source.root))) {
      throw new AtelierError(
        'source_vanished',
        `${this.#source.root} went away while it was read. Nothing was stored; bring it back and import it again.`,
      );
    }
    rejects.add(file.relative, facts.code, facts.message);
  }

  /** What was read, for storing. Throws `no_images` where nothing was. */
  imageSet(rejects: Rejects, notes: Manifest['notes']): ImageSet {
    if (this.#good.length === 0) {
      throw new AtelierError(
        'no_images',
        `None of the ${this.#members.length} images in ${this.#source.root} could be read. Nothing was stored.`,
        rejects.list.slice(0, 10).map((each) => each.message),
      );
    }
    const names = new Set(this.#good.map((member) => member.className));
    names.delete('');
    const classes = sortClasses([...names].map((name) => ({ name, count: 0 }))).map(({ name }) => name);
    const index = new Map(classes.map((name, i) => [name, i]));
    const divided = new Set(this.#good.map((member) => member.split)).size > 1;
    const { blob, channels } = this.#sink!;
    return {
      image: { height: this.size.height, width: this.size.width, channels },
      pixels: blob,
      names: this.#good.map((member) => member.file.relative),
      labels: Int32Array.from(this.#good, (member) => index.get(member.className) ?? -1),
      classes,
      given: divided ? Uint8Array.from(this.#good, (member) => splitCode(member.split ?? 'train')) : null,
      sources: [{ name: basename(this.#source.root), bytes: this.#bytes, sha256: this.#hash.digest('hex') }],
      rejectedCount: rejects.count,
      rejected: rejects.list,
      notes: rejects.count > 0 ? [...notes, rejectedNote(rejects)] : notes,
    };
  }

  notes(passedOver: number): Manifest['notes'] {
    const notes: Manifest['notes'] = [];
    const { width, height } = this.size;
    if (this.size.scale) {
      notes.push({
        code: 'resized',
        message: `The images are of different sizes or larger than ${maxSide} pixels. They were scaled to lie whole inside ${width} × ${height} pixels, the rest black.`,
      });
    }
    if (this.#misnamed.count > 0) {
      const { count, first } = this.#misnamed;
      notes.push({
        code: 'misnamed',
        message: `${count === 1 ? `${first} is` : `${count} images (such as ${first}) are`} of another format than the name says. They were read by what they hold.`,
      });
    }
    const empty = new Set(this.#members.map((member) => member.className));
    for (const member of this.#good) empty.delete(member.className);
    for (const name of empty) {
      notes.push({
        code: 'empty_class',
        message: `No image of class "${name}" could be read; the class was left out.`,
      });
    }
    if (passedOver > 0) {
      notes.push({ code: 'passed_over', message: `${passedOver} other files were passed over: they are no images.` });
    }
    return notes;
  }
}

const rejectedNote = (rejects: Rejects) => ({
  code: 'rejected',
  message: `${rejects.count} files could not be read and were left out; the other images were kept.`,
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
