import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { SampleAnnotations } from '../../shared/annotation.ts';
import type { Manifest, SplitName } from '../../shared/dataset.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { ImportParams, ImportResult, Originals } from '../../shared/work/import.ts';
import { finishImages } from '../image-version.ts';
import { decodeImage, imageSizes, readImageFile } from '../images/decode.ts';
import { KnownImages } from '../grow/known-images.ts';
import { Pass, type Stamp } from '../images/pass.ts';
import { PixelSink } from '../images/pixel-sink.ts';
import { chooseSize } from '../images/reading.ts';
import { Rejects, type ReadContext } from '../importers/importer.ts';
import { inOrder } from '../in-order.ts';
import { OriginalsSink } from '../originals/sink.ts';
import type { Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { sortClasses } from '../target.ts';
import type { AnnotatedImage, AnnotatedImages } from './annotated-set.ts';
import { flagMarks } from './geometry.ts';
import { exists } from './reading.ts';
import { problemNotes } from './problem-notes.ts';
import { AnnotationWriter } from './writer.ts';
import { plural } from '../../shared/plural.ts';

/** The copy that is looked at in the grid and trained on: large enough to see boxes by. The original is kept beside it. */
const annotatedSide = 128;
const atOnce = 4;

/** What is told of an image file that was read. */
interface Read {
  bytes: number;
  sha256: string;
  size: { width: number; height: number };
  unturned: boolean;
  /** See `OriginalFacts`. */
  modified?: number;
  /** The sample that it is already, whose pixels and file are not written again. */
  known?: number;
}
interface Refused {
  code: string;
  message: string;
}
interface Taken {
  /** Null: it was read before. */
  stamp: Stamp | null;
  outcome: Read | Refused;
  /** Of one that was read now. */
  content?: { bytes: Uint8Array; rgb: Uint8Array };
}

/** Stores images with their annotations: the small copies, the files as they came, and every mark. Nothing is left behind on an error. */
export async function storeAnnotatedImages(
  source: Source,
  set: AnnotatedImages,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  if (context.take) return context.take.images(set);
  const { rejects } = set;
  const how = params.originals ?? 'copied';
  const known = params.into ? await KnownImages.open(params.blobs, params.into.manifest) : null;
  const { width, height } = known?.manifest.image ?? (await chooseSize(set.images, context.signal, annotatedSide));
  const fit = { width, height };
  const channels = known?.manifest.image?.channels === 3 ? 3 : 1;
  const hash = createHash('sha256');
  let bytes = 0;
  const kept = {
    names: [] as string[],
    contents: [] as string[],
    from: [] as number[],
    splits: [] as (SplitName | null)[],
    tags: [] as (string | null)[],
  };
  const found = { sizes: 0, scaled: 0, several: 0 };
  const open: { abort(): Promise<void> }[] = [];
  try {
    const pass = await Pass.open<Read | Refused>(params.blobs, context.unfinished, {
      of: 'annotated images',
      ...fit,
      known: known?.manifest.blobs.contents,
      how,
    });
    open.push(pass);
    const files = set.images.map(({ file }) => file);
    const before = await pass.match(files, (done) => lengths(pass, done, fit, channels, how));
    const pixels = await PixelSink.open(pass, before.filter(isWritten).length * fit.width * fit.height, channels);
    const originals = await OriginalsSink.open(source, params.blobs, pass, how, before.filter(isRead));
    const writer = await AnnotationWriter.open(params.blobs);
    open.push(writer);
    let done = 0;
    const takeNext = (image: AnnotatedImage, i: number): Promise<Taken> =>
      i < before.length ? Promise.resolve({ stamp: null, outcome: before[i] }) : take(source, image, fit, pass, known);
    for await (const { thing, result } of inOrder(set.images.entries(), atOnce, ([i, each]) => takeNext(each, i))) {
      const [, image] = thing;
      context.signal.throwIfAborted();
      context.progress({ stage: 'decoding', unit: 'samples', done: ++done, total: set.images.length });
      if (result instanceof Error) throw result;
      const name = image.file.relative;
      const { outcome, content, stamp } = result;
      if (!isRead(outcome)) {
        rejects.add(name, outcome.code, outcome.message);
        if (stamp) await pass.done(stamp, outcome);
        continue;
      }
      const { size, unturned } = outcome;
      const marks = await image.marks(size);
      const sample: SampleAnnotations = {
        ...(image.id !== undefined && { id: image.id }),
        ...size,
        annotations: marks,
      };
      if (unturned) sample.unturned = true;
      if (image.extra) sample.extra = image.extra;
      if (image.claimed && (image.claimed.width !== size.width || image.claimed.height !== size.height)) found.sizes++;
      if (size.width !== fit.width || size.height !== fit.height) found.scaled++;
      flagMarks(marks, size);
      if (content) {
        await pixels.add(content.rgb);
        await originals.write(content.bytes);
      }
      if (stamp) {
        if (how === 'referenced') outcome.modified = stamp.modified;
        await pass.done(stamp, outcome);
      }
      originals.keep(image.file, outcome);
      await writer.add(sample);
      hash.update(`${outcome.sha256}  ${name}\n`);
      bytes += outcome.bytes;
      kept.names.push(name);
      kept.contents.push(outcome.sha256);
      kept.from.push(outcome.known ?? -1);
      kept.splits.push(image.split);
      const tags = marks.filter(({ type }) => type === 'tag');
      if (tags.length > 1) found.several++;
      kept.tags.push(tags[0]?.class ?? null);
    }
    if (kept.names.length === 0) throw nothingRead(source, set);
    context.signal.throwIfAborted();
    for (const each of set.read) {
      hash.update(`${each.sha256}  ${each.name}\n`);
      bytes += each.bytes;
    }
    const header = set.header();
    const { summary, blobs } = await writer.finish(header);
    // Where no image has two, tags are what images are told apart by.
    const told = found.several === 0 ? [...new Set(kept.tags)].filter((tag) => tag !== null) : [];
    const given = header.classes.map(({ name }) => name).filter((name) => told.includes(name));
    const classes =
      given.length === told.length
        ? given
        : sortClasses(told.map((name) => ({ name, count: 0 }))).map(({ name }) => name);
    const divided = new Set(kept.splits).size > 1;
    const manifest = await finishImages(
      params.blobs,
      {
        image: { ...fit, channels: pixels.channels },
        pixels: pixels.blob,
        names: kept.names,
        contents: kept.contents,
        ...(known && { grown: { known, from: Int32Array.from(kept.from) } }),
        labels: Int32Array.from(kept.tags, (tag) => (tag === null ? -1 : classes.indexOf(tag))),
        classes,
        given: divided ? Uint8Array.from(kept.splits, (split) => splitCode(split ?? 'train')) : null,
        sources: [{ name: basename(source.root), bytes, sha256: hash.digest('hex') }],
        rejectedCount: rejects.count,
        rejected: rejects.list,
        notes: [...set.notes, ...notesOf(fit, found, summary, rejects)],
        annotations: summary,
        commit: async () => ({ ...blobs, ...(await originals.commit()) }),
      },
      params.splitSeed,
    );
    return { suggestedName: source.suggestedName, manifest };
  } catch (error) {
    for (const each of open) await each.abort();
    throw error;
  }
}

const isRead = (outcome: Read | Refused): outcome is Read => 'sha256' in outcome;
const isWritten = (outcome: Read | Refused): outcome is Read => isRead(outcome) && outcome.known === undefined;

/** How long the data files are after so many images. */
function lengths(
  pass: Pass<Read | Refused>,
  done: readonly (Read | Refused)[],
  fit: { width: number; height: number },
  channels: 1 | 3,
  how: Originals,
): Record<string, number> {
  return {
    ...PixelSink.lengths(pass, done.filter(isWritten).length * fit.width * fit.height, channels),
    ...OriginalsSink.lengths(how, done.filter(isRead)),
  };
}

/** One bad image is told as such; throws where the source is gone. */
async function take(
  source: Source,
  image: AnnotatedImage,
  fit: { width: number; height: number },
  pass: Pass<Read | Refused>,
  known: KnownImages | null,
): Promise<Taken> {
  const stamp = await pass.stamp(image.file);
  try {
    return { stamp, ...(await decode(image, fit, known)) };
  } catch (error) {
    const { code, message } = errorFacts(error);
    if (code === 'source_vanished' && !(await exists(source.root))) throw error;
    return { stamp, outcome: { code, message } };
  }
}

async function decode(
  image: AnnotatedImage,
  fit: { width: number; height: number },
  known: KnownImages | null,
): Promise<Pick<Taken, 'content'> & { outcome: Read }> {
  const { file, claimed } = image;
  const bytes = await readImageFile(file);
  const { shown, stored } = await imageSizes(bytes, file.relative);
  const like = (size: { width: number; height: number }): boolean =>
    claimed?.width === size.width && claimed.height === size.height;
  // Who counted its pixels as they are stored also placed the boxes so.
  const unturned = like(stored) && !like(shown);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const size = unturned ? stored : shown;
  const outcome: Read = { bytes: bytes.length, sha256, size, unturned };
  const sample = known?.same(file.relative, sha256) ?? null;
  if (sample !== null) return { outcome: { ...outcome, known: sample } };
  const { rgb } = await decodeImage(bytes, file.relative, fit, !unturned);
  return { outcome, content: { bytes, rgb } };
}

function notesOf(
  fit: { width: number; height: number },
  found: { sizes: number; scaled: number },
  summary: NonNullable<Manifest['annotations']>,
  rejects: Rejects,
): Manifest['notes'] {
  const notes: Manifest['notes'] = [];
  if (found.scaled > 0) {
    notes.push({
      code: 'resized',
      message: `For the grid and for training the images were scaled to lie whole inside ${fit.width} × ${fit.height} pixels, the rest black. The files themselves stay as they came, and all coordinates are theirs.`,
    });
  }
  if (found.sizes > 0) {
    notes.push({
      code: 'size_differs',
      message: `${plural(found.sizes, 'image is not of the size that its annotations say', 'images are not of the size that their annotations say')}. The coordinates were kept as they stand.`,
    });
  }
  notes.push(...problemNotes(summary));
  if (rejects.count > 0) {
    notes.push({
      code: 'rejected',
      message: `Could not be read and left out: ${rejects.count}; everything else was kept.`,
    });
  }
  return notes;
}

function nothingRead(source: Source, { images, rejects }: AnnotatedImages): AtelierError {
  return new AtelierError(
    'no_images',
    images.length > 0
      ? `None of the ${images.length} annotated images in ${source.root} could be read. Nothing was stored.`
      : `The images that the annotations in ${source.root} speak of are not there. Put them beside the annotations and drop both together. Nothing was stored.`,
    rejects.list.slice(0, 10).map(({ message }) => message),
  );
}
