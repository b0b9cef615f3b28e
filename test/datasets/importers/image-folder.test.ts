import { symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { decodeImageFor } from '../../../src-main/datasets/images/decode.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { claiming, grey, jpeg, png, turned } from '../../support/data-pictures.ts';

importerContract('image-folder', {
  kind: 'image-folder',
  samples: 60,
  classes: ['cat', 'dog', '鸟'],
  async write(folder) {
    const files: Record<string, Uint8Array> = {};
    for (const [k, name] of ['cat', 'dog', '鸟'].entries()) {
      for (let i = 0; i < 20; i++) files[`source/${name}/${i}.png`] = await png({ colour: { r: k * 100, g: i, b: 9 } });
    }
    await writeFiles(folder, files);
    return ['source'];
  },
});

async function imported(files: Record<string, Uint8Array | string>) {
  const folder = await dataFolder();
  await writeFiles(
    folder.path,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])),
  );
  const { manifest } = await importFrom(folder, ['set']);
  return {
    manifest,
    folder,
    names: JSON.parse(Buffer.from(await readBlob(folder.blobs, manifest.blobs.names!)).toString()) as string[],
    pixels: await readBlob(folder.blobs, manifest.blobs.images!),
  };
}

/** Ten good images in two classes, to put bad ones among. */
async function good(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 5; i++) {
    files[`a/${i}.png`] = await png();
    files[`b/${i}.png`] = await png({ colour: { r: 1, g: 2, b: 3 } });
  }
  return files;
}

describe('classes', () => {
  it('are folders, numbers in order of value', async () => {
    const { manifest, names } = await imported({
      '10/x.png': await png(),
      '9/y.png': await png(),
      '9/deep/z.png': await png(),
    });
    expect(manifest.classes).toEqual([
      { name: '9', count: 2 },
      { name: '10', count: 1 },
    ]);
    expect(names).toEqual(['10/x.png', '9/deep/z.png', '9/y.png']);
  });

  it('inside train and test are given splits', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 20; i++) files[`Train/${i % 2 ? 'a' : 'b'}/${i}.png`] = await png();
    for (let i = 0; i < 6; i++) files[`test/${i % 2 ? 'a' : 'b'}/${i}.png`] = await png();
    const { manifest } = await imported(files);
    expect(manifest.splitSource).toBe('given');
    expect(manifest.splits).toEqual({ train: 18, validation: 2, test: 6 });
    expect(manifest.classes.map((each) => each.name)).toEqual(['a', 'b']);
  });

  it('are found through folders that wrap everything', async () => {
    const { manifest } = await imported({ 'data/v2/a/1.png': await png(), 'data/v2/b/1.png': await png() });
    expect(manifest.classes.map((each) => each.name)).toEqual(['a', 'b']);
  });

  it('dropped as folders side by side are classes too', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'a/1.png': await png(), 'b/1.png': await png(), 'c/1.png': await png() });
    const { manifest } = await importFrom(folder, ['a', 'b']);
    expect(manifest.classes.map((each) => each.name)).toEqual(['a', 'b']);
  });

  it('dropped as a folder with a file beside it are called as the folder is', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'shapes/a/1.png': await png(),
      'shapes/b/1.png': await png(),
      'more/c/1.png': await png(),
      'read-me.txt': 'Two shapes.',
      'table.csv': 'x,y\n1,2\n3,4\n',
    });
    const named = async (...paths: string[]) => {
      const offers = await offerImport(paths.map((path) => join(folder.path, path)));
      return offers.map(({ kind, suggestedName }) => [kind, suggestedName]);
    };
    expect(await named('shapes', 'read-me.txt')).toContainEqual(['image-folder', 'shapes']);
    expect(await named('table.csv', 'shapes')).toEqual([
      ['image-folder', 'shapes'],
      ['table', 'table'],
    ]);
    // Of two folders neither is meant alone.
    expect(await named('shapes', 'more')).toContainEqual(['image-folder', basename(folder.path)]);
  });

  it('are not needed: a flat folder has none, and is divided at random', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 20; i++) files[`${i}.png`] = await png();
    const { manifest, folder } = await imported(files);
    expect(manifest).toMatchObject({ samples: 20, classes: [], splitSource: 'random', rejectedCount: 0 });
    expect(manifest.splits).toEqual({ train: 14, validation: 3, test: 3 });
    expect(manifest.notes.map(({ code }) => code)).toEqual(['no_classes']);
    expect(await failure(loadTrainingData(folder.blobs, manifest))).toMatchObject({ code: 'no_classes' });
    const data = await loadTrainingData(folder.blobs, manifest, undefined, { target: false });
    expect(data.splits.train.count).toBe(14);
    const revised = await reviseDataset({
      blobs: folder.blobs,
      manifest,
      split: { seed: 2, validation: 0.5, test: 0 },
    });
    expect(revised.manifest.splits).toEqual({ train: 10, validation: 10, test: 0 });
  });

  it('are not needed inside train and test, which are given splits', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 20; i++) files[`${i < 15 ? 'train' : 'test'}/${i}.png`] = await png();
    const { manifest } = await imported(files);
    expect(manifest).toMatchObject({ classes: [], splitSource: 'given', splits: { test: 5 } });
  });

  it('are missed in a single image', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { '1.png': await png() });
    expect(await failure(importFrom(folder, ['1.png']))).toMatchObject({ code: 'images_without_classes' });
  });

  it('come after a table beside pictures that have none', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/a.png': await png(),
      'set/b.png': await png(),
      'set/data.csv': 'x,y\n1,2\n3,4\n',
    });
    const offers = await offerImport([`${folder.path}/set`]);
    expect(offers.map(({ kind }) => kind)).toEqual(['table', 'image-folder']);
  });
});

describe('sizes and channels', () => {
  it('one small size is kept', async () => {
    const { manifest } = await imported({
      'a/1.png': await png({ width: 20, height: 10 }),
      'b/1.png': await png({ width: 20, height: 10 }),
    });
    expect(manifest.image).toEqual({ height: 10, width: 20, channels: 3 });
    expect(manifest.notes).toEqual([]);
  });

  it('all grey is one channel, also where saved as colour', async () => {
    const { manifest, pixels } = await imported({
      'a/1.png': await grey(70),
      'b/1.png': await png({ colour: { r: 9, g: 9, b: 9 } }),
    });
    expect(manifest.image?.channels).toBe(1);
    expect([pixels[0], pixels[64]]).toEqual([70, 9]);
  });

  it('a coloured one among grey ones makes three', async () => {
    const { manifest, pixels } = await imported({
      'a/1.png': await grey(70),
      'a/2.png': await png(),
      'b/1.png': await grey(3),
    });
    expect(manifest.image?.channels).toBe(3);
    expect([...pixels.subarray(0, 3), ...pixels.subarray(192, 195), ...pixels.subarray(384, 387)]).toEqual([
      70, 70, 70, 200, 100, 50, 3, 3, 3,
    ]);
  });

  it('larger images are scaled whole into a square of 64', async () => {
    const { manifest, pixels } = await imported({
      'a/1.png': await png({ width: 400, height: 200 }),
      'b/1.jpg': await jpeg({ width: 100, height: 300 }),
    });
    expect(manifest.image).toEqual({ height: 64, width: 64, channels: 3 });
    expect(manifest.notes.map((note) => note.code)).toEqual(['resized']);
    const at = (image: number, row: number, column: number): number[] => {
      const start = ((image * 64 + row) * 64 + column) * 3;
      return [...pixels.subarray(start, start + 3)];
    };
    expect(at(0, 2, 32)).toEqual([0, 0, 0]);
    expect(at(0, 32, 2)).toEqual([200, 100, 50]);
    expect(at(1, 32, 2)).toEqual([0, 0, 0]);
  });

  it('one of another size far behind makes all be read again', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 300; i++) files[`${i % 2 ? 'a' : 'b'}/${i}.png`] = await grey(i % 256, 8, 6);
    files['a/199.png'] = await grey(99, 16, 16);
    files['b/zz.png'] = 'no image' as never;
    const { manifest } = await imported(files);
    expect(manifest.samples).toBe(300);
    expect(manifest.rejectedCount).toBe(1);
    expect(manifest.image).toEqual({ height: 8, width: 8, channels: 1 });
    expect(manifest.notes.map((note) => note.code)).toEqual(['resized', 'rejected']);
  });

  it('EXIF turns, transparency is white, CMYK and 16 bits are read', async () => {
    const cmyk = await sharp(await png({ colour: { r: 255, g: 0, b: 0 } }))
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    const deep = await sharp(await grey(128))
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const clear = await png({ colour: { r: 0, g: 0, b: 0, alpha: 0 } });
    const { pixels, names } = await imported({ 'a/clear.png': clear, 'a/cmyk.jpg': cmyk, 'b/deep.png': deep });
    expect(names).toEqual(['a/clear.png', 'a/cmyk.jpg', 'b/deep.png']);
    expect([...pixels.subarray(0, 3)]).toEqual([255, 255, 255]);
    const [r, g, b] = pixels.subarray(192, 195);
    expect(r).toBeGreaterThan(200);
    expect(Math.max(g, b)).toBeLessThan(60);
    expect(Math.abs(pixels[384] - 128)).toBeLessThanOrEqual(1);
    expect((await sharp(deep).metadata()).depth).toBe('ushort');

    const rotated = await imported({ 'a/1.png': await turned(6), 'b/1.png': await turned(8) });
    expect(rotated.manifest.image).toEqual({ height: 16, width: 8, channels: 3 });
    // Turned by 90° the red left half is above; by 270°, below.
    expect([...rotated.pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...rotated.pixels.subarray(384, 387)]).toEqual([0, 0, 255]);
  });

  it('predicting decodes the very same pixels', async () => {
    const photo = await sharp({
      create: {
        width: 90,
        height: 50,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
        background: '#000',
      },
    })
      .jpeg()
      .toBuffer();
    const { manifest, pixels, folder } = await imported({ 'a/1.jpg': photo, 'b/1.png': await png() });
    const size = 64 * 64 * 3;
    expect(manifest.image).toEqual({ height: 64, width: 64, channels: 3 });
    for (const [i, name] of ['a/1.jpg', 'b/1.png'].entries()) {
      const decoded = await decodeImageFor(manifest.image!, join(folder.path, 'set', name));
      expect(Buffer.from(decoded).equals(pixels.subarray(i * size, (i + 1) * size))).toBe(true);
    }
  });
});

describe('bad input', () => {
  it('keeps good images and lists bad ones, each with its reason', async () => {
    const whole = await sharp({
      create: {
        width: 8,
        height: 8,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
        background: '#000',
      },
    })
      .jpeg()
      .toBuffer();
    const picture = await png();
    const { manifest, names } = await imported({
      ...(await good()),
      'a/empty.png': '',
      'a/text.png': 'This is no picture.',
      'a/cut.jpg': whole.subarray(0, whole.length - 40),
      'a/cut.png': picture.subarray(0, picture.length - 30),
      'b/really-a-png.jpg': picture,
      'b/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'stray.png': picture,
      'readme.txt': 'about',
      '.DS_Store': 'x',
    });
    expect(names).toHaveLength(11);
    expect(names).toContain('b/really-a-png.jpg');
    expect(manifest.rejected.map(({ where, code }) => [where, code]).sort()).toEqual([
      ['a/cut.jpg', 'image_damaged'],
      ['a/cut.png', 'image_damaged'],
      ['a/empty.png', 'image_empty'],
      ['a/text.png', 'not_an_image'],
      ['b/drawing.svg', 'not_an_image'],
      ['stray.png', 'no_class'],
    ]);
    expect(manifest.rejectedCount).toBe(6);
    for (const { where, message } of manifest.rejected) expect(message).toContain(where);
    expect(manifest.notes.map((note) => note.code)).toEqual(['misnamed', 'passed_over', 'rejected']);
  });

  it('refuses 20,000 pixels a side by the header, and takes them where there are few of the other side', async () => {
    const wide = await jpeg({ width: 20_000, height: 60 });
    const { manifest } = await imported({
      ...(await good()),
      'a/huge.png': await claiming(20_000),
      'b/wide.jpg': wide,
    });
    expect(manifest.samples).toBe(11);
    expect(manifest.rejected).toMatchObject([{ where: 'a/huge.png', code: 'image_too_large' }]);
  });

  it('never follows links', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { ...prefixed('set/', await good()), 'secret/s.png': await png() });
    await symlink(join(folder.path, 'secret'), join(folder.path, 'set/c'));
    await symlink(join(folder.path, 'secret/s.png'), join(folder.path, 'set/a/link.png'));
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest.samples).toBe(10);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['a/link.png', 'link_refused'],
      ['c', 'link_refused'],
    ]);
  });

  it('all bad: one error, with the first reasons, and nothing stored', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/a/1.png': '', 'set/b/2.png': 'text' });
    const error = await failure(importFrom(folder, ['set']));
    expect(error.code).toBe('no_images');
    expect(error.details).toHaveLength(2);
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it('a single class is kept, and said', async () => {
    const { manifest } = await imported({ 'a/1.png': await png(), 'a/2.png': await png() });
    expect(manifest.notes.map((note) => note.code)).toEqual(['single_class']);
  });

  it('a file that vanishes alone is listed', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, prefixed('set/', await good()));
    await writeFile(join(folder.path, 'set/b/9.png'), await png());
    let removed = false;
    const { rm } = await import('node:fs/promises');
    const { manifest } = await importFrom(
      folder,
      ['set'],
      {},
      {
        signal: new AbortController().signal,
        progress: ({ stage }) => {
          if (stage === 'decoding' && !removed) {
            removed = true;
            void rm(join(folder.path, 'set/b/9.png'));
          }
        },
      },
    );
    expect(manifest.samples + manifest.rejectedCount).toBe(11);
  });
});

const prefixed = <T>(prefix: string, files: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [prefix + name, content]));
