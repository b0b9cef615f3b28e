import { createHash, type Hash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { Originals } from '../../shared/work/import.ts';
import type { Member } from '../class-folders.ts';
import type { KnownImages } from '../grow/known-images.ts';
import type { ImageSet } from '../image-version.ts';
import type { ReadContext, Rejects } from '../importers/importer.ts';
import { inOrder } from '../in-order.ts';
import type { FoundFile, Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { sortClasses } from '../target.ts';
import { imageSize, maxSide, readImageFile } from './decode.ts';
import { decodeFiles, type DecodedFile, type FileFacts, type KnownFile, type Size } from './decode-files.ts';
import { OriginalsSink } from '../originals/sink.ts';
import { Pass, type Stamp } from './pass.ts';
import { PixelSink } from './pixel-sink.ts';
import { plural } from '../../shared/plural.ts';

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
  readonly #good: { member: Member; read: Read }[] = [];
  readonly #known: KnownImages | null;
  readonly #how: Originals;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #misnamed: { count: number; first: string } = { count: 0, first: '' };
  #pass: Pass<Outcome> | null = null;
  #sink: PixelSink | null = null;
  #originals: OriginalsSink | null = null;

  /** `known`: images that are stored already, at this size; only what is new or has changed is decoded. */
  constructor(source: Source, members: Member[], size: Size, how: Originals, known: KnownImages | null = null) {
    this.#source = source;
    this.#members = members;
    this.size = size;
    this.#how = how;
    this.#known = known;
  }

  /** False if an image of another size was met where none is scaled: nothing is kept then. */
  async run(blobs: string, rejects: Rejects, context: ReadContext): Promise<boolean> {
    const pass = (this.#pass = await Pass.open<Outcome>(blobs, context.unfinished, {
      of: 'images',
      ...this.size,
      known: this.#known?.manifest.blobs.contents,
      how: this.#how,
    }));
    if (pass.facts.vain) return false;
    const listed = rejects.mark();
    const total = this.#members.length;
    const [each, groupsAtOnce] = this.size.scale ? [1, atOnce] : [together.images, together.groups];
    try {
      const before = await this.#goOn(pass, rejects);
      const written = this.#good.filter(({ read }) => read.known === undefined).length;
      const pixels = written * this.size.width * this.size.height;
      const sink = (this.#sink = await PixelSink.open(pass, pixels, this.#channels));
      const reads = this.#good.map(({ read }) => read);
      const originals = (this.#originals = await OriginalsSink.open(this.#source, blobs, pass, this.#how, reads));
      this.#good.forEach(({ member, read }) => originals.keep(member.file, read));
      const groups: Member[][] = [];
      for (let at = before; at < total; at += each) groups.push(this.#members.slice(at, at + each));
      let done = before;
      context.progress({ stage: 'decoding', unit: 'samples', done, total });
      const decoding = (group: readonly Member[]) => this.#decode(group, atOnce / groupsAtOnce);
      for await (const { thing: members, result } of inOrder(groups, groupsAtOnce, decoding)) {
        context.signal.throwIfAborted();
        if (result instanceof Error) throw result;
        const good: Uint8Array[] = [];
        const files: Uint8Array[] = [];
        const outcomes: Outcome[] = [];
        for (const [i, member] of members.entries()) {
          const { decoded, stamp } = result[i];
          context.progress({ stage: 'decoding', unit: 'samples', done: ++done, total });
          if (decoded instanceof Error) {
            outcomes.push(await this.#judge(decoded));
            this.#reject(member, outcomes.at(-1) as Refused, rejects);
            continue;
          }
          const { bytes, sha256, misnamed } = decoded;
          const read: Read = { bytes, sha256, ...(misnamed && { misnamed }) };
          if (this.#how === 'referenced') read.modified = stamp.modified;
          if ('known' in decoded) read.known = decoded.known;
          else if (decoded.width !== this.size.width || decoded.height !== this.size.height) {
            rejects.rewind(listed);
            await pass.giveUp();
            return false;
          } else {
            good.push(decoded.rgb);
            files.push(decoded.content ?? (await sameAgain(member.file, sha256)));
          }
          this.#keep(member, read);
          originals.keep(member.file, read);
          outcomes.push(read);
        }
        if (good.length > 0) {
          await sink.add(...good);
          if (this.#how === 'copied') await originals.write(...files);
        }
        for (const [i, outcome] of outcomes.entries()) await pass.done(result[i].stamp, outcome);
      }
    } catch (error) {
      await this.abort();
      throw error;
    }
    return true;
  }

  async abort(): Promise<void> {
    await this.#pass?.abort();
  }

  /** What an import that was cut short has done already. Returns how many files that is. */
  async #goOn(pass: Pass<Outcome>, rejects: Rejects): Promise<number> {
    const pixels = this.size.width * this.size.height;
    const files = this.#members.map(({ file }) => file);
    const before = await pass.match(files, (done) => ({
      ...PixelSink.lengths(pass, pixels * done.filter(isWritten).length, this.#channels),
      ...OriginalsSink.lengths(this.#how, done.filter(isRead)),
    }));
    before.forEach((outcome, i) => {
      if ('sha256' in outcome) this.#keep(this.#members[i], outcome);
      else this.#reject(this.#members[i], outcome, rejects);
    });
    return before.length;
  }

  /** An error with a file is a result like another, to be met in its turn. */
  async #decode(
    members: readonly Member[],
    atOnce: number,
  ): Promise<{ stamp: Stamp; decoded: DecodedFile | KnownFile | Error }[]> {
    const files = members.map(({ file }) => file);
    const stamps = await Promise.all(files.map((file) => this.#pass!.stamp(file)));
    const known = this.#known;
    const same = known ? (name: string, sha256: string) => known.same(name, sha256) ?? null : undefined;
    const decoded = await decodeFiles(files, this.size, atOnce, same);
    return decoded.map((each, i) => ({ stamp: stamps[i], decoded: each }));
  }

  #keep(member: Member, read: Read): void {
    this.#good.push({ member, read });
    this.#bytes += read.bytes;
    this.#hash.update(`${read.sha256}  ${member.file.relative}\n`);
    if (read.misnamed && this.#misnamed.count++ === 0) this.#misnamed.first = member.file.relative;
  }

  get #channels(): 1 | 3 {
    return this.#known?.manifest.image?.channels === 3 ? 3 : 1;
  }

  #reject({ file }: Member, { code, message }: Refused, rejects: Rejects): void {
    rejects.add(file.relative, code, message);
  }

  /** One bad file is listed; a source that is gone ends the import. */
  async #judge(error: Error): Promise<Refused> {
    const facts = errorFacts(error);
    if (facts.code === 'source_vanished' && !(await exists(this.#source.root))) {
      throw new AtelierError(
        'source_vanished',
        `${this.#source.root} went away while it was read. Nothing was stored; bring it back and import it again.`,
      );
    }
    return { code: facts.code, message: facts.message };
  }

  /** What was read, for storing. Throws `no_images` where nothing was. */
  imageSet(rejects: Rejects, notes: Manifest['notes']): ImageSet {
    if (this.#good.length === 0) {
      throw new AtelierError(
        'no_images',
        `None of the ${this.#members.length} images in ${this.#source.root} could be read. Nothing was stored.${rejects.list[0] ? ` The first: ${rejects.list[0].message}` : ''}`,
        rejects.list.slice(0, 10).map((each) => each.message),
      );
    }
    const good = this.#good.map(({ member }) => member);
    const names = new Set(good.map((member) => member.className));
    names.delete('');
    const classes = sortClasses([...names].map((name) => ({ name, count: 0 }))).map(({ name }) => name);
    const index = new Map(classes.map((name, i) => [name, i]));
    const divided = new Set(good.map((member) => member.split)).size > 1;
    const { blob, channels } = this.#sink!;
    return {
      image: { height: this.size.height, width: this.size.width, channels },
      pixels: blob,
      commit: () => this.#originals!.commit(),
      names: good.map((member) => member.file.relative),
      contents: this.#good.map(({ read }) => read.sha256),
      ...(this.#known && {
        grown: { known: this.#known, from: Int32Array.from(this.#good, ({ read }) => read.known ?? -1) },
      }),
      labels: Int32Array.from(good, (member) => index.get(member.className) ?? -1),
      classes,
      given: divided ? Uint8Array.from(good, (member) => splitCode(member.split ?? 'train')) : null,
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
    for (const { member } of this.#good) empty.delete(member.className);
    for (const name of empty) {
      notes.push({
        code: 'empty_class',
        message: `No image of class "${name}" could be read; the class was left out.`,
      });
    }
    if (passedOver > 0) {
      notes.push({
        code: 'passed_over',
        message: `${plural(passedOver, 'other file was', 'other files were')} passed over, being no ${passedOver === 1 ? 'image' : 'images'}.`,
      });
    }
    return notes;
  }
}

/** What becomes of a file. */
type Outcome = Read | Refused;

interface Read extends Omit<FileFacts, 'misnamed'> {
  misnamed?: boolean;
  /** See `OriginalFacts`. */
  modified?: number;
  /** The sample that it is already, whose pixels are not written again. */
  known?: number;
}

const isRead = (outcome: Outcome): outcome is Read => 'sha256' in outcome;
const isWritten = (outcome: Outcome): boolean => isRead(outcome) && outcome.known === undefined;

interface Refused {
  code: string;
  message: string;
}

/** A large file's bytes once more, which were not held until their turn. */
async function sameAgain(file: FoundFile, sha256: string): Promise<Uint8Array> {
  const content = await readImageFile(file);
  if (createHash('sha256').update(content).digest('hex') === sha256) return content;
  throw new AtelierError(
    'source_changed',
    `${file.relative} changed while it was read. Nothing was stored; import again when nothing writes there any more.`,
  );
}

const rejectedNote = (rejects: Rejects) => ({
  code: 'rejected',
  message: `${rejects.count === 1 ? 'One file could not be used and was' : `${rejects.count} files could not be used and were`} left out; the other images were kept.`,
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
