import { basename } from 'node:path';
import { spanColumn, type Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { FoundMarks, MarkMatch } from '../../shared/said.ts';
import type { ImportKind, ImportResult } from '../../shared/work/import.ts';
import type { MarkedKind } from '../../shared/marks.ts';
import { lookInside } from '../archives/look-inside.ts';
import { Staging } from '../archives/staging.ts';
import { readBlob } from '../blobs.ts';
import { namedImage } from '../images/file-type.ts';
import type { ReadContext } from '../importers/importer.ts';
import { annotatedSets } from '../offers.ts';
import { findSource, type FoundFile, type Source } from '../source.ts';
import { eachRowOf } from '../tables/each-row.ts';
import { flagMarks } from './geometry.ts';
import { imageSize } from './marked-samples.ts';
import { isMaskFile, isMaskFolder } from './mask-legend.ts';
import { marksOf } from './marks.ts';
import { readAnnotations, float64s } from './read.ts';
import { TextPlaces } from './text-places.ts';
import type { AnnotatedImages, AnnotatedSounds, AnnotatedTexts } from './annotated-set.ts';

/**
 * What files of annotations say of a version's samples: images are found by their names, texts by what they are. Read by the very importers that
 * make datasets of such files. Nothing is stored. Throws `unknown_format`, `nothing_matched`.
 */
export async function matchMarks(wish: MarkMatch, signal = new AbortController().signal): Promise<FoundMarks> {
  const { blobs, manifest, kind, paths, format } = wish;
  const staging = new Staging(blobs);
  const found: FoundMarks = { format: 'coco', classes: [], samples: [], rejectedCount: 0, rejected: [] };
  const context: ReadContext = {
    progress: () => {},
    signal,
    staging,
    unfinished: null,
    take: {
      images: async (set) => keep(found, set, kind, await takeImages(wish, set), manifest),
      texts: async (set) => keep(found, set, kind, await takeTexts(wish, set), manifest),
      sounds: async (set) => keep(found, set, kind, await takeSounds(wish, set), manifest),
    },
  };
  try {
    const given = await lookInside(await findSource(paths, signal), context);
    try {
      const source = await withOwnImages(blobs, manifest, given);
      for (const [name, importer] of Object.entries(annotatedSets) as [ImportKind, (typeof annotatedSets)['coco']][]) {
        if ((format !== undefined && name !== format) || (await importer.offer(source)).length === 0) continue;
        found.format = name;
        await importer.read(source, { blobs, paths, splitSeed: 0 }, context);
        if (found.samples.length > 0) return found;
        throw new AtelierError(
          'nothing_matched',
          `${given.root} was read as ${name}, but speaks of none of the samples of this dataset. Their names (of texts, the texts) must be the same.`,
          found.rejected.slice(0, 10).map(({ message }) => message),
        );
      }
      throw new AtelierError(
        'unknown_format',
        `${given.root} holds no annotations that are known${format === undefined ? '' : ` as "${format}"`}. Give the file, or the folder with all of them.`,
      );
    } finally {
      given.close();
    }
  } finally {
    await staging.clear();
  }
}

function keep(
  found: FoundMarks,
  set: AnnotatedImages | AnnotatedTexts | AnnotatedSounds,
  kind: MarkedKind,
  samples: FoundMarks['samples'],
  manifest: Manifest,
): ImportResult {
  found.samples = samples
    .map(([sample, marks]): FoundMarks['samples'][number] => [sample, { annotations: marksOf(kind, marks) }])
    .sort(([a], [b]) => a - b);
  const used = new Set(found.samples.flatMap(([, { annotations }]) => annotations.map((one) => one.class)));
  const named = set.header().classes.map(({ name }) => name);
  // Of a set without marks of this kind its classes are those of something else.
  found.classes = used.size > 0 ? [...new Set([...named, ...used])] : [];
  found.rejected = set.rejects.list;
  found.rejectedCount = set.rejects.count;
  // The version stays as it is.
  return { suggestedName: '', manifest };
}

/** The version's images in the place of those that lie beside the annotations: by their names alone, they are not read. */
async function withOwnImages(blobs: string, manifest: Manifest, source: Source): Promise<Source> {
  if (manifest.kind !== 'images') return source;
  const names = JSON.parse(Buffer.from(await readBlob(blobs, manifest.blobs.names!)).toString()) as string[];
  // A folder of masks given alone has its name outside of their paths.
  const within = isMaskFolder(basename(source.root)) ? `${basename(source.root)}/` : '';
  const given = source.files.map((file) => ({ ...file, relative: within + file.relative }));
  const others = given.filter(({ relative }) => !namedImage(relative) || isMaskFile(relative));
  const own = names.map((relative): FoundFile => ({ path: '', relative, packed: unread }));
  return { ...source, files: [...others, ...own] };
}

const unread: FoundFile['packed'] = {
  stored: 0,
  claimed: 0,
  open: () => {
    throw new AtelierError('internal', 'Images are not read to find annotations of them.');
  },
  head: () => Promise.resolve(new Uint8Array(0)),
};

async function takeImages(
  { blobs, manifest, newest }: MarkMatch,
  set: AnnotatedImages,
): Promise<FoundMarks['samples']> {
  const names = JSON.parse(Buffer.from(await readBlob(blobs, manifest.blobs.names!)).toString()) as string[];
  const place = new Map(names.map((name, i) => [name, i]));
  const { annotationOffsets } = manifest.blobs;
  const offsets = annotationOffsets ? float64s(await readBlob(blobs, annotationOffsets)) : null;
  const samples: FoundMarks['samples'] = [];
  for (const image of set.images) {
    const sample = place.get(image.file.relative);
    if (sample === undefined || image.unsaid) continue;
    const known = offsets ? (await readAnnotations(blobs, manifest, offsets, [sample]))[0] : null;
    const { width, height } = known?.width && known.height ? known : await imageSize(blobs, manifest, sample, newest);
    const size = { width: width!, height: height! };
    const annotations = await image.marks(size);
    flagMarks(annotations, size);
    samples.push([sample, { annotations }]);
  }
  return samples;
}

/** Sounds by their names; what lies beyond the end of one is none of it. */
async function takeSounds({ blobs, manifest }: MarkMatch, set: AnnotatedSounds): Promise<FoundMarks['samples']> {
  if (manifest.kind !== 'audio') return [];
  const names = JSON.parse(Buffer.from(await readBlob(blobs, manifest.blobs.names!)).toString()) as string[];
  const place = new Map(names.map((name, i) => [name, i]));
  // Where files lie elsewhere their first folders are others; of uploads only the last part is left, which tells where no other sound is called so.
  const last = new Map<string, number>();
  for (const [name, i] of place) last.set(lastPart(name), last.has(lastPart(name)) ? -1 : i);
  const sampleOf = (called: readonly string[]): number | undefined => {
    const known = called.flatMap(endings).find((name) => place.has(name));
    if (known !== undefined) return place.get(known);
    return called.map((name) => last.get(lastPart(name)) ?? -1).find((at) => at >= 0);
  };
  return set.sounds.flatMap(({ names: called, where, sample }): FoundMarks['samples'] => {
    const at = sampleOf(called);
    if (at !== undefined) return [[at, sample]];
    set.rejects.add(where, 'no_sample', `${where} is of ${called[0]}, which is none of this dataset.`);
    return [];
  });
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** "a/b/c": that, "b/c" and "c". */
const endings = (name: string): string[] => {
  const parts = name.split('/');
  return parts.map((_, i) => parts.slice(i).join('/'));
};

/** Texts by what they are; forms of tokens know nothing of the blanks between them. */
async function takeTexts({ blobs, manifest }: MarkMatch, set: AnnotatedTexts): Promise<FoundMarks['samples']> {
  const at = manifest.columns.indexOf(spanColumn(manifest.columns)!);
  const own = new TextPlaces();
  for await (const cells of eachRowOf(blobs, manifest)) own.add(cells[at] ?? '');
  const samples: FoundMarks['samples'] = [];
  let n = 0;
  for await (const { text, sample } of set.texts) {
    n++;
    const place = own.take(text);
    if (!place) {
      set.rejects.add(`text ${n}`, 'no_sample', `Text ${n} ("${text.slice(0, 40)}") is none of this dataset.`);
      continue;
    }
    const annotations = sample.annotations.map((one) =>
      one.type === 'span' ? { ...one, start: place.startAt(one.start), end: place.endAt(one.end) } : one,
    );
    samples.push([place.sample, { annotations }]);
  }
  return samples;
}
