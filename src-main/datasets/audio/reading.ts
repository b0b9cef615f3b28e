import { createHash, type Hash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { Member } from '../class-folders.ts';
import type { ImportContext, Rejects } from '../importers/importer.ts';
import type { KnownSounds } from '../grow/known-sounds.ts';
import { inOrder } from '../in-order.ts';
import type { LabelledSamples } from '../labelled-samples.ts';
import type { Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { sortClasses } from '../target.ts';
import { decodeAudio, heardAt, readAudioFile } from './decode.ts';
import { counted, type Heard } from './facts.ts';
import { claimedAudio } from './file-type.ts';
import { measure } from './measure.ts';
import type { SoundWriter } from './store.ts';
import { plural } from '../../shared/plural.ts';

const lookedAt = 64;
/** Where none of those looked at can be read. */
const usualRate = 16_000;
/** Sounds being decoded at once: one is read while the other is decoded. */
const atOnce = 2;

/** The most common rate of some sounds spread over all. */
export async function chooseRate(members: readonly Pick<Member, 'file'>[], signal: AbortSignal): Promise<number> {
  const rates: number[] = [];
  const step = Math.max(1, members.length / lookedAt);
  for (let at = 0; at < members.length; at += step) {
    signal.throwIfAborted();
    const { file } = members[Math.floor(at)];
    try {
      rates.push((await decodeAudio(await readAudioFile(file), file.relative)).rate);
    } catch {
      // Bad ones are listed when all are read.
    }
  }
  return counted(rates)[0]?.[0] ?? usualRate;
}

/** One pass over all sounds. */
export class Reading {
  readonly #source: Source;
  readonly #members: Member[];
  readonly #rate: number;
  readonly #known: KnownSounds | null;
  readonly #good: Member[] = [];
  readonly #hash: Hash = createHash('sha256');
  readonly heard: Heard[] = [];
  readonly #contents: Buffer[] = [];
  #bytes = 0;
  #misnamed: { count: number; first: string } = { count: 0, first: '' };

  /** `known`: sounds that are stored already, at this rate; only what is new or has changed is stored. */
  constructor(source: Source, members: Member[], rate: number, known: KnownSounds | null = null) {
    this.#source = source;
    this.#members = members;
    this.#rate = rate;
    this.#known = known;
  }

  async run(writer: SoundWriter, rejects: Rejects, { signal, progress }: ImportContext): Promise<void> {
    const total = this.#members.length;
    let done = 0;
    for await (const { thing: member, result } of inOrder(this.#members, atOnce, (each) => this.#read(each))) {
      signal.throwIfAborted();
      progress({ stage: 'decoding', unit: 'samples', done: ++done, total });
      if (result instanceof Error) await this.#reject(member, result, rejects);
      else {
        if (result.known === null) await writer.add(result.samples, result.original, result.heard);
        else await writer.keep(result.known, this.#known!.outline(result.known), result.heard);
        this.#keep(member, result);
      }
    }
  }

  async #read({ file }: Member): Promise<Read> {
    const original = await readAudioFile(file);
    const sha256 = createHash('sha256').update(original).digest();
    const read = { original, sha256 };
    const known = this.#known?.same(file.relative, sha256.toString('hex')) ?? null;
    const before = known === null ? null : this.#known!.heard(known);
    if (known !== null && before) return { ...read, known, heard: before };
    const sound = await decodeAudio(original, file.relative);
    const samples = heardAt(sound, this.#rate);
    const { rate, format, channels } = sound;
    const heard = { ...measure(sound), rate, format, channels: channels.length, samples: samples.length };
    return known === null ? { ...read, known, heard, samples } : { ...read, known, heard };
  }

  #keep(member: Member, { original, heard, sha256 }: Read): void {
    this.#good.push(member);
    this.heard.push(heard);
    this.#bytes += original.length;
    this.#contents.push(sha256);
    this.#hash.update(`${sha256.toString('hex')}  ${member.file.relative}\n`);
    if (claimedAudio(member.file.relative) === heard.format) return;
    if (this.#misnamed.count++ === 0) this.#misnamed.first = member.file.relative;
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

  /** SHA-256 of each file that was read. */
  get contents(): Uint8Array {
    return Buffer.concat(this.#contents);
  }

  /** What was read, for storing. Throws `no_sounds` where nothing was. */
  labelled(rejects: Rejects, passedOver: number): LabelledSamples {
    if (this.#good.length === 0) {
      throw new AtelierError(
        'no_sounds',
        `None of the ${this.#members.length} sounds in ${this.#source.root} could be read. Nothing was stored.${rejects.list[0] ? ` The first: ${rejects.list[0].message}` : ''}`,
        rejects.list.slice(0, 10).map((each) => each.message),
      );
    }
    const names = new Set(this.#good.map((member) => member.className));
    names.delete('');
    const classes = sortClasses([...names].map((name) => ({ name, count: 0 }))).map(({ name }) => name);
    const index = new Map(classes.map((name, i) => [name, i]));
    const divided = new Set(this.#good.map((member) => member.split)).size > 1;
    return {
      names: this.#good.map((member) => member.file.relative),
      labels: Int32Array.from(this.#good, (member) => index.get(member.className) ?? -1),
      classes,
      given: divided ? Uint8Array.from(this.#good, (member) => splitCode(member.split ?? 'train')) : null,
      sources: [{ name: basename(this.#source.root), bytes: this.#bytes, sha256: this.#hash.digest('hex') }],
      rejectedCount: rejects.count,
      rejected: rejects.list,
      notes: this.#notes(rejects, passedOver),
    };
  }

  #notes(rejects: Rejects, passedOver: number): Manifest['notes'] {
    const notes: Manifest['notes'] = [];
    const others = this.heard.filter(({ rate }) => rate !== this.#rate).length;
    if (others > 0) {
      notes.push({
        code: 'resampled',
        message: `${others} of ${this.heard.length} sounds ${others === 1 ? 'is of another rate; it was' : 'are of another rate; they were'} resampled to ${this.#rate} Hz.`,
      });
    }
    if (this.#misnamed.count > 0) {
      const { count, first } = this.#misnamed;
      notes.push({
        code: 'misnamed',
        message: `${count === 1 ? `${first} is` : `${count} sounds (such as ${first}) are`} of another format than the name says. They were read by what they hold.`,
      });
    }
    const empty = new Set(this.#members.map((member) => member.className));
    for (const member of this.#good) empty.delete(member.className);
    for (const name of empty) {
      notes.push({
        code: 'empty_class',
        message: `No sound of class "${name}" could be read; the class was left out.`,
      });
    }
    if (passedOver > 0) {
      notes.push({
        code: 'passed_over',
        message: `${plural(passedOver, 'other file was', 'other files were')} passed over, being no ${passedOver === 1 ? 'sound' : 'sounds'}.`,
      });
    }
    if (rejects.count > 0) {
      notes.push({
        code: 'rejected',
        message: `${rejects.count === 1 ? 'One file could not be used and was' : `${rejects.count} files could not be used and were`} left out; the other sounds were kept.`,
      });
    }
    return notes;
  }
}

type Read = { original: Uint8Array; sha256: Buffer; heard: Heard } & (
  | { known: null; samples: Int16Array }
  /** The sample that it was, and is: its samples are stored. */
  | { known: number }
);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
