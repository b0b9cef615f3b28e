import type { Annotation, AnnotationHeader, SampleAnnotations } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { SaidMark, SaidMarks } from '../../shared/said.ts';
import { markTypes, type MarkShape } from '../../shared/marks.ts';
import { imageSizes } from '../images/decode.ts';
import { readOriginalFile } from '../images/pixels.ts';
import { flagMarks } from './geometry.ts';
import { marksOf, numbersById, shapeOf } from './marks.ts';
import { eachAnnotations, readHeader } from './read.ts';

/**
 * A version's samples with their annotations as labelling has them, in order. What nobody has touched comes as it stands in the version.
 * `newest`: of its dataset, where image files were left where they are. Without `sizes` none is looked up that the version does not say.
 */
export async function* markedSamples(
  blobs: string,
  manifest: Manifest,
  said: SaidMarks,
  { newest, sizes = true }: { newest?: Manifest; sizes?: boolean } = {},
): AsyncGenerator<SampleAnnotations> {
  const names = new Map(said.names);
  const renamed = said.names.some(([was, is]) => was !== is);
  const changed = new Map(said.samples);
  const unsettled = new Set(said.unsettled);
  const types = markTypes[said.kind];
  let sample = 0;
  for await (const given of begunWith(blobs, manifest, said)) {
    const at = sample++;
    const named = renamed ? { ...given, annotations: given.annotations.map((one) => nameAnew(one, names)) } : given;
    if (unsettled.has(at)) {
      yield { ...named, annotations: named.annotations.filter(({ type }) => !types.includes(type)) };
      continue;
    }
    const lines = changed.get(at);
    if (lines === undefined) {
      yield named;
      continue;
    }
    const size =
      !sizes || manifest.kind !== 'images' || named.width ? {} : await imageSize(blobs, manifest, at, newest);
    yield withMarks({ ...size, ...named }, said, JSON.parse(lines) as SaidMark[]);
  }
}

/** What its annotations have in common, with the classes as labelling has them. */
export async function markedHeader(
  blobs: string,
  manifest: Manifest,
  said: SaidMarks,
): Promise<Omit<AnnotationHeader, 'format' | 'version'>> {
  if (!said.base) return { classes: said.classes.map((name) => ({ name })) };
  const { format: _format, version: _version, classes, ...rest } = await readHeader(blobs, begun(manifest, said));
  const is = new Map(said.names);
  // A class that was merged into another one is that one's no more.
  const own = new Map(classes.map((one) => [is.get(one.name) ?? one.name, one] as const).reverse());
  for (const one of classes) if (is.get(one.name) === one.name) own.set(one.name, one);
  return { ...rest, classes: said.classes.map((name) => ({ ...own.get(name), name })) };
}

const begun = (manifest: Manifest, said: SaidMarks): Manifest => ({
  ...manifest,
  blobs: { ...manifest.blobs, ...said.base },
});

async function* begunWith(blobs: string, manifest: Manifest, said: SaidMarks): AsyncGenerator<SampleAnnotations> {
  if (said.base) yield* eachAnnotations(blobs, begun(manifest, said));
  else for (let i = 0; i < manifest.samples; i++) yield { annotations: [] };
}

const nameAnew = (mark: Annotation, names: ReadonlyMap<string, string>): Annotation => ({
  ...mark,
  class: names.get(mark.class) ?? mark.class,
});

/** An image's own size, where its file was kept; else that of its pixels. */
export async function imageSize(
  blobs: string,
  manifest: Manifest,
  sample: number,
  newest?: Manifest,
): Promise<{ width: number; height: number }> {
  const bytes = await readOriginalFile(blobs, manifest, sample, newest);
  if (bytes) return (await imageSizes(bytes, `sample ${sample}`)).shown;
  const { width, height } = manifest.image!;
  return { width, height };
}

function withMarks(given: SampleAnnotations, said: SaidMarks, changes: readonly SaidMark[]): SampleAnnotations {
  const before = marksOf(said.kind, given);
  const numbers = numbersById(before);
  const shapes = new Map<number, { class: string; shape: MarkShape }>(
    before.map((mark, i) => [i + 1, { class: mark.class, shape: shapeOf(mark, numbers) }]),
  );
  const touched = new Set(changes.map(({ number }) => number));
  for (const { number, class: name, shape } of changes) {
    if (shape) shapes.set(number, { class: name, shape });
    else shapes.delete(number);
  }
  const ids = idsOf(shapes);
  const marks = [...shapes].map(([number, { class: name, shape }]): Annotation => {
    const id = ids.get(number);
    const own = id === undefined ? {} : { id };
    // A relation that nobody touched says what it joins as its source did, also where that is not there.
    if (!touched.has(number) && before[number - 1]) return { ...before[number - 1], ...own };
    if (shape.type !== 'relation') return { class: name, ...shape, ...own };
    return { class: name, ...shape, ...own, from: ids.get(shape.from) ?? '', to: ids.get(shape.to) ?? '' };
  });
  if (given.width && given.height) flagMarks(marks, { width: given.width, height: given.height });
  const others = given.annotations.filter(({ type }) => !markTypes[said.kind].includes(type));
  return { ...given, annotations: [...others, ...marks] };
}

/** What relations join needs an id of its own; what has one keeps it. */
function idsOf(shapes: ReadonlyMap<number, { shape: MarkShape }>): Map<number, string | number> {
  const ids = new Map<number, string | number>();
  for (const [number, { shape }] of shapes) if (shape.id !== undefined) ids.set(number, shape.id);
  const taken = new Set([...ids.values()].map(String));
  for (const { shape } of shapes.values()) {
    if (shape.type !== 'relation') continue;
    for (const number of [shape.from, shape.to]) {
      if (ids.has(number) || !shapes.has(number)) continue;
      let id = `T${number}`;
      while (taken.has(id)) id = `${id}-`;
      taken.add(id);
      ids.set(number, id);
    }
  }
  return ids;
}
