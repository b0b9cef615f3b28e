import { describe, expect, it } from 'vitest';
import { eachAnnotations, readHeader } from '../../../src-main/datasets/annotations/read.ts';
import { AnnotationWriter } from '../../../src-main/datasets/annotations/writer.ts';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import type { SampleAnnotations } from '../../../src-main/shared/annotation.ts';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { join } from 'node:path';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

const sentence = (i: number, tag = 'PER') => `Ada${i} B-${tag}\nwent O\nto O\nRome B-LOC\n`;
const write = (folder: Folder, sentences: string[]) => writeFiles(folder.path, { 'set/a.conll': sentences.join('\n') });

async function again(folder: Folder, manifest: Manifest, base = manifest) {
  const made = await importFrom(folder, ['set'], { into: { manifest, base }, target: manifest.target });
  return { manifest: made.manifest, growth: made.growth! };
}
async function marksOf({ blobs }: Folder, manifest: Manifest): Promise<SampleAnnotations[]> {
  const found = [];
  for await (const marks of eachAnnotations(blobs, manifest)) found.push(marks);
  return found;
}
const classesOf = (marks: SampleAnnotations) => marks.annotations.map((one) => one.class);

/** As labelling makes it: the class of one sample's first span is another. */
async function labelled(folder: Folder, base: Manifest, sample: number, name: string): Promise<Manifest> {
  const writer = await AnnotationWriter.open(folder.blobs);
  for (const [i, marks] of (await marksOf(folder, base)).entries()) {
    const [first, ...rest] = marks.annotations;
    await writer.add(i === sample ? { ...marks, annotations: [{ ...first, class: name }, ...rest] } : marks);
  }
  const { classes } = await readHeader(folder.blobs, base);
  const { summary, blobs } = await writer.finish({ classes: [...classes, { name }] });
  return { ...base, annotations: summary, blobs: { ...base.blobs, ...blobs } };
}

describe('annotated texts imported again', () => {
  it('keep splits and what was corrected since; what is annotated otherwise now counts as changed', async () => {
    const folder = await dataFolder();
    await write(
      folder,
      Array.from({ length: 30 }, (_, i) => sentence(i)),
    );
    const base = (await importFrom(folder, ['set'])).manifest;
    const mine = await labelled(folder, base, 4, 'ROBOT');
    const before = await readBlob(folder.blobs, mine.blobs.split);
    const now = Array.from({ length: 34 }, (_, i) => sentence(i, i === 7 || i === 4 ? 'ORG' : 'PER'));
    now.splice(2, 1);
    await write(folder, now);
    const { manifest, growth } = await again(folder, mine, base);
    expect(growth).toEqual({ added: 4, removed: 1, changed: 2 });
    const marks = await marksOf(folder, manifest);
    expect(marks).toHaveLength(33);
    // The one that was corrected here stays so, whatever the source says; the other follows the source.
    expect([3, 6, 0, 32].map((i) => classesOf(marks[i]))).toEqual([
      ['ROBOT', 'LOC'],
      ['ORG', 'LOC'],
      ['PER', 'LOC'],
      ['PER', 'LOC'],
    ]);
    expect(manifest.annotations!.classes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['PER', 'LOC', 'ORG', 'ROBOT']),
    );
    const split = await readBlob(folder.blobs, manifest.blobs.split);
    expect([...split.subarray(2, 29)]).toEqual([...before.subarray(3)]);
    const out = join(folder.path, 'out');
    const written = await exportData(
      { blobs: folder.blobs, manifest, format: 'conll', out, images: false },
      quietContext(),
    );
    expect(written).toMatchObject({ samples: 33, annotations: 66 });
    // Once more: what was corrected is no news of the source, and stays.
    expect((await again(folder, manifest)).growth).toEqual({ added: 0, removed: 0, changed: 0 });
    await write(folder, [...now, sentence(90)]);
    const third = await again(folder, manifest);
    expect(third.growth).toEqual({ added: 1, removed: 0, changed: 0 });
    expect(classesOf((await marksOf(folder, third.manifest))[3])).toEqual(['ROBOT', 'LOC']);
  });

  it('are refused where the source has no annotations any more', async () => {
    const folder = await dataFolder();
    await write(folder, [sentence(1), sentence(2)]);
    const base = (await importFrom(folder, ['set'])).manifest;
    await writeFiles(folder.path, { 'other/rows.csv': 'text,b\nx y,2\nz w,4\n' });
    const asked = importFrom(folder, ['other'], { into: { manifest: base, base }, target: null });
    expect(await failure(asked)).toMatchObject({ code: 'cannot_grow' });
  });
});
