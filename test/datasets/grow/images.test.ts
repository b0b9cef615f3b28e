import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AnnotationWriter } from '../../../src-main/datasets/annotations/writer.ts';
import { eachAnnotations, readHeader } from '../../../src-main/datasets/annotations/read.ts';
import { int32s, blobPath, readBlob, writeBlob } from '../../../src-main/datasets/blobs.ts';
import { imageNames } from '../../../src-main/datasets/divide/keys.ts';
import { keyPlace, splitOfPlace } from '../../../src-main/datasets/divide/hash.ts';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import { readOriginal } from '../../../src-main/datasets/images/original.ts';
import { readPixels } from '../../../src-main/datasets/images/pixels.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import type { ImportParams } from '../../../src-main/shared/work/import.ts';
import { dataFolder, failure, filesIn, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { grey, png } from '../../support/data-pictures.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

const colour = (i: number) => png({ colour: { r: (i * 37) % 256, g: (i * 11) % 256, b: 9 } });

async function imagesIn(folder: Folder, count: number): Promise<void> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) files[`set/${i % 2 ? 'dog' : 'cat'}/${1000 + i}.png`] = await colour(i);
  await writeFiles(folder.path, files);
}

/** Again, as the next version of `manifest`. */
async function again(folder: Folder, manifest: Manifest, base = manifest, more: Partial<ImportParams> = {}) {
  const made = await importFrom(folder, ['set'], { into: { manifest, base }, target: manifest.target, ...more });
  return { manifest: made.manifest, growth: made.growth! };
}

const all = (manifest: Manifest) => Array.from({ length: manifest.samples }, (_, i) => i);

/** What a version holds, sample by sample, by its path. */
async function contents({ blobs }: Folder, manifest: Manifest) {
  const pixels = await readPixels(blobs, manifest, all(manifest));
  const size = pixels.length / manifest.samples;
  const labels = int32s(await readBlob(blobs, manifest.blobs.labels!));
  const split = await readBlob(blobs, manifest.blobs.split);
  return new Map(
    (await imageNames(blobs, manifest)).map((name, i) => [
      name,
      {
        pixels: Buffer.from(pixels.subarray(i * size, (i + 1) * size)).toString('hex'),
        label: manifest.classes[labels[i]]?.name,
        split: splitNames[split[i]],
      },
    ]),
  );
}

describe('an image folder imported again', () => {
  it('says what came, went and changed, keeps every split, and holds what a fresh import holds', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 60);
    const first = (await importFrom(folder, ['set'])).manifest;
    const before = await contents(folder, first);
    await imagesIn(folder, 75);
    await rm(join(folder.path, 'set/cat/1004.png'));
    await rm(join(folder.path, 'set/dog/1011.png'));
    await writeFile(join(folder.path, 'set/cat/1008.png'), await colour(500));
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 15, removed: 2, changed: 1 });
    const fresh = (await importFrom(folder, ['set'])).manifest;
    const [now, wanted] = [await contents(folder, manifest), await contents(folder, fresh)];
    expect([...now.keys()]).toEqual([...wanted.keys()]);
    const fractions = { validation: 0.15, test: 0.15 };
    for (const [name, { pixels, label, split }] of now) {
      expect({ pixels, label }).toEqual({ pixels: wanted.get(name)!.pixels, label: wanted.get(name)!.label });
      // A new one by the hash of its path, as anybody can work out.
      const place = splitNames[splitOfPlace(keyPlace(1, name), fractions)];
      expect(split, name).toBe(before.get(name)?.split ?? place);
    }
    expect(manifest.classes).toEqual(fresh.classes);
    expect(manifest.sources).toEqual(fresh.sources);
    expect(manifest.splitSource).toBe('stratified');
  });

  it('stores what is there already once', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 60);
    const first = (await importFrom(folder, ['set'])).manifest;
    await imagesIn(folder, 63);
    const { manifest } = await again(folder, first);
    expect(manifest.parts).toHaveLength(2);
    expect(manifest.parts![0].images).toBe(first.blobs.images);
    expect((await stat(blobPath(folder.blobs, manifest.parts![1].images))).size).toBe(3 * 8 * 8 * 3);
    // And once more on top of it, with some of either part gone.
    await imagesIn(folder, 66);
    await rm(join(folder.path, 'set/cat/1062.png'));
    const third = await again(folder, manifest, manifest);
    expect(third.growth).toEqual({ added: 3, removed: 1, changed: 0 });
    expect(third.manifest.parts).toHaveLength(3);
    const fresh = (await importFrom(folder, ['set'])).manifest;
    const [now, wanted] = [await contents(folder, third.manifest), await contents(folder, fresh)];
    for (const [name, { pixels }] of now) expect(pixels).toBe(wanted.get(name)!.pixels);
    const data = await loadTrainingData(folder.blobs, third.manifest);
    expect(splitNames.reduce((sum, name) => sum + data.splits[name].count, 0)).toBe(65);
  });

  it('that has not changed says so, and adds nothing', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 20);
    const first = (await importFrom(folder, ['set'])).manifest;
    const files = (await filesIn(folder.blobs)).length;
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 0, removed: 0, changed: 0 });
    expect(manifest.blobs.split).toBe(first.blobs.split);
    // All that may come besides is where each image lies.
    expect((await filesIn(folder.blobs)).length).toBeLessThanOrEqual(files + 1);
  });

  it('only loses what is gone', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 20);
    const first = (await importFrom(folder, ['set'])).manifest;
    await rm(join(folder.path, 'set/dog/1001.png'));
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 0, removed: 1, changed: 0 });
    expect(manifest.parts).toHaveLength(1);
    expect((await contents(folder, manifest)).size).toBe(19);
  });

  it('becomes coloured when the first coloured image comes, and fits others into its size', async () => {
    const folder = await dataFolder();
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 12; i++) files[`set/${i % 2 ? 'a' : 'b'}/${i}.png`] = await grey(i * 20);
    await writeFiles(folder.path, files);
    const first = (await importFrom(folder, ['set'])).manifest;
    expect(first.image!.channels).toBe(1);
    const wide = await png({ width: 30, height: 15, colour: { r: 250, g: 0, b: 0 } });
    await writeFiles(folder.path, { 'set/a/red.png': wide });
    const { manifest } = await again(folder, first);
    expect(manifest.image).toEqual({ width: 8, height: 8, channels: 3 });
    const now = await contents(folder, manifest);
    expect(now.get('b/4.png')!.pixels).toBe('505050'.repeat(64));
    expect(now.get('a/red.png')!.pixels).toContain('fa0000');
  });

  it('goes on where it was divided by hash, by folder, into folds, or as given', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 60);
    const first = (await importFrom(folder, ['set'])).manifest;
    const wish = { seed: 4, validation: 0.2, test: 0.2 };
    const by = async (split: object) =>
      (await reviseDataset({ blobs: folder.blobs, manifest: first, split: { ...wish, ...split } as never })).manifest;
    const hashed = await by({ how: 'hash' });
    const grouped = await by({ how: 'grouped', pattern: '([0-9]{3})[0-9]\\.png$' });
    const folds = await by({ how: 'folds', folds: 5 });
    await imagesIn(folder, 85);
    const fresh = (await importFrom(folder, ['set'])).manifest;
    const rehashed = await reviseDataset({ blobs: folder.blobs, manifest: fresh, split: { ...wish, how: 'hash' } });
    const grownByHash = (await again(folder, hashed, first)).manifest;
    expect(grownByHash.blobs.split).toBe(rehashed.manifest.blobs.split);
    expect(grownByHash.split).toEqual(hashed.split);

    const groups = new Map<string, Set<string>>();
    for (const [name, { split }] of await contents(folder, (await again(folder, grouped, first)).manifest)) {
      const group = name.slice(4, 7);
      groups.set(group, (groups.get(group) ?? new Set()).add(split));
    }
    expect(groups.size).toBe(9);
    for (const splits of groups.values()) expect(splits.size).toBe(1);

    const byFolds = (await again(folder, folds, first)).manifest;
    const [old, now] = [
      await readBlob(folder.blobs, folds.blobs.folds!),
      await readBlob(folder.blobs, byFolds.blobs.folds!),
    ];
    const names = await imageNames(folder.blobs, byFolds);
    (await imageNames(folder.blobs, folds)).forEach((name, i) => expect(now[names.indexOf(name)]).toBe(old[i]));
    expect(Math.max(...now)).toBeLessThan(5);
    expect(byFolds.splits.test).toBe(now.filter((fold) => fold === 0).length);

    const given = await dataFolder();
    await writeFiles(
      given.path,
      Object.fromEntries(
        await Promise.all(
          Array.from(
            { length: 24 },
            async (_, i) => [`set/${i % 3 ? 'train' : 'test'}/${i % 2 ? 'a' : 'b'}/${i}.png`, await colour(i)] as const,
          ),
        ),
      ),
    );
    const divided = (await importFrom(given, ['set'])).manifest;
    await writeFiles(given.path, { 'set/test/a/new.png': await colour(99) });
    const grown = await contents(given, (await again(given, divided)).manifest);
    expect(grown.get('test/a/new.png')!.split).toBe('test');
  });

  it('keeps classes that were corrected since, whatever the folder says', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 30);
    const base = (await importFrom(folder, ['set'])).manifest;
    const labels = int32s(await readBlob(folder.blobs, base.blobs.labels!));
    const names = await imageNames(folder.blobs, base);
    labels[names.indexOf('cat/1002.png')] = 1;
    labels[names.indexOf('dog/1003.png')] = -1;
    const mine = {
      ...base,
      blobs: { ...base.blobs, labels: await writeBlob(folder.blobs, new Uint8Array(labels.buffer)) },
    };
    await imagesIn(folder, 34);
    await rm(join(folder.path, 'set/cat/1000.png'));
    const { manifest } = await again(folder, mine, base);
    const now = await contents(folder, manifest);
    expect(now.get('cat/1002.png')!.label).toBe('dog');
    expect(now.get('dog/1003.png')!.label).toBeUndefined();
    expect(now.get('cat/1004.png')!.label).toBe('cat');
    expect(manifest.classes).toEqual([
      { name: 'cat', count: 15 },
      { name: 'dog', count: 17 },
    ]);
    // And stays so, however often the folder is looked at.
    await imagesIn(folder, 36);
    await rm(join(folder.path, 'set/cat/1000.png'));
    const second = await again(folder, manifest);
    expect(second.growth).toEqual({ added: 2, removed: 0, changed: 0 });
    const third = (await again(folder, second.manifest)).manifest;
    const later = await contents(folder, third);
    expect(later.get('cat/1002.png')!.label).toBe('dog');
    expect(later.get('dog/1003.png')!.label).toBeUndefined();
  });

  it('is refused where it cannot be, and then leaves nothing', async () => {
    const folder = await dataFolder();
    await imagesIn(folder, 10);
    const { manifest } = await importFrom(folder, ['set']);
    const { contents: _, ...blobs } = manifest.blobs;
    expect(await failure(again(folder, { ...manifest, blobs }))).toMatchObject({ code: 'cannot_grow' });
    await rename(join(folder.path, 'set'), join(folder.path, 'other'));
    await writeFiles(folder.path, { 'set/table.csv': 'a,b\n1,2\n3,4\n' });
    const left = (await filesIn(folder.blobs)).length;
    expect(await failure(again(folder, manifest))).toMatchObject({ code: 'other_kind' });
    // The blobs of what was read are the job's, which takes them back.
    expect((await filesIn(folder.blobs)).length).toBeLessThanOrEqual(left + 2);
  });
});

describe('an annotated set imported again', () => {
  const yolo = async (count: number, box = '0.5 0.5 0.4 0.4'): Promise<Record<string, Uint8Array | string>> => {
    const files: Record<string, Uint8Array | string> = { 'set/data.yaml': 'names: [cell, platelet]\ntrain: images\n' };
    for (let i = 0; i < count; i++) {
      files[`set/images/${100 + i}.png`] = await png({ width: 40, height: 20, colour: { r: i, g: 99, b: 9 } });
      files[`set/labels/${100 + i}.txt`] = `${i % 2} ${box}\n`;
    }
    return files;
  };
  const marksOf = async (folder: Folder, manifest: Manifest) => {
    const found = [];
    for await (const marks of eachAnnotations(folder.blobs, manifest)) found.push(marks);
    return found;
  };

  it('keeps files and marks in their places, with what was corrected since', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, await yolo(12));
    const base = (await importFrom(folder, ['set'])).manifest;
    expect(base.annotations!.total).toBe(12);
    // As labelling makes it: another one of the blobs of annotations, everything else as it was.
    const writer = await AnnotationWriter.open(folder.blobs);
    for (const [i, marks] of (await marksOf(folder, base)).entries()) {
      const corrected = { ...marks, annotations: marks.annotations.map((one) => ({ ...one, class: 'debris' })) };
      await writer.add(i === 3 ? corrected : marks);
    }
    const { classes } = await readHeader(folder.blobs, base);
    const corrected = await writer.finish({ classes: [...classes, { name: 'debris' }] });
    const mine = { ...base, annotations: corrected.summary, blobs: { ...base.blobs, ...corrected.blobs } };

    await writeFiles(folder.path, await yolo(15));
    await writeFiles(folder.path, { 'set/labels/105.txt': '1 0.5 0.5 0.2 0.2\n' });
    await rm(join(folder.path, 'set/images/107.png'));
    await rm(join(folder.path, 'set/labels/107.txt'));
    const { manifest, growth } = await again(folder, mine, base);
    expect(growth).toEqual({ added: 3, removed: 1, changed: 1 });
    const fresh = (await importFrom(folder, ['set'])).manifest;
    const [now, wanted] = [await marksOf(folder, manifest), await marksOf(folder, fresh)];
    now.forEach((marks, i) => {
      if (i === 3) expect(marks.annotations[0].class).toBe('debris');
      else expect(marks).toEqual(wanted[i]);
    });
    expect(manifest.annotations!.classes.map(({ name }) => name)).toEqual(['cell', 'platelet', 'debris']);
    // Once more: what was corrected is no news of the source, and stays.
    const third = await again(folder, manifest);
    expect(third.growth).toEqual({ added: 0, removed: 0, changed: 0 });
    expect((await marksOf(folder, third.manifest))[3].annotations[0].class).toBe('debris');
    for (const i of all(manifest)) {
      expect(await readOriginal(folder.blobs, manifest, i)).toEqual(await readOriginal(folder.blobs, fresh, i));
    }
    expect(await readPixels(folder.blobs, manifest, all(manifest))).toEqual(
      await readPixels(folder.blobs, fresh, all(fresh)),
    );
    const out = join(folder.path, 'out');
    const written = await exportData(
      { blobs: folder.blobs, manifest, format: 'yolo', out, images: true },
      quietContext(),
    );
    expect(written).toMatchObject({ samples: 14, annotations: 14 });
  });
});
