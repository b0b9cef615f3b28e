import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { matchMarks } from '../../../src-main/datasets/annotations/match-marks.ts';
import { encodeIndexPng } from '../../../src-main/datasets/images/encode-png.ts';
import type { ImageObject } from '../../../src-main/shared/annotation.ts';
import { maskPixels } from '../../../src-main/shared/rle.ts';
import { annotated, objectsOf, pictures, roundTrip, type Files } from '../../support/data-annotated.ts';
import { dataFolder, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';

const [width, height] = [40, 20];
/** A block of a value in the upper left, on nothing. */
const block = (value: number, w = 10, h = 5): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => (i % width < w && Math.floor(i / width) < h ? value : 0));
const palette = (pixels: Uint8Array, w = width, h = height): Uint8Array =>
  encodeIndexPng(
    pixels,
    w,
    h,
    Array.from({ length: 256 }, (_, i) => [i, 255 - i, 7]),
  );
const grey = (pixels: Uint8Array): Promise<Uint8Array> =>
  sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
const coloured = (pixels: Uint8Array, [r, g, b]: readonly number[]): Promise<Uint8Array> =>
  sharp(Buffer.from([...pixels].flatMap((value) => (value ? [r, g, b] : [0, 0, 0]))), {
    raw: { width, height, channels: 3 },
  })
    .png({ palette: false })
    .toBuffer();
const set = async (masks: Files, ...names: string[]): Promise<Files> => ({
  ...(await pictures(...names.map((name) => `images/${name}.png`))),
  ...masks,
});
const told = (object: ImageObject) => [object.class, object.area, object.box];

importerContract('masks', {
  kind: 'masks',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const names = Array.from({ length: 12 }, (_, i) => String(i));
    const masks = Object.fromEntries(names.map((name) => [`masks/${name}.png`, palette(block(1))]));
    await writeFiles(join(folder, 'source'), await set(masks, ...names));
    return ['source'];
  },
});

describe('masks as PNG', () => {
  it('are numbers of classes, of a palette or grey, by a legend or by themselves', async () => {
    const files = await set({ 'masks/a.png': palette(block(2)), 'masks/b.png': await grey(block(1)) }, 'a', 'b');
    const plain = await annotated(files);
    expect(objectsOf(plain, 'a.png').map(told)).toEqual([['2', 50, [0, 0, 10, 5]]]);
    expect(plain.header.classes.map(({ name }) => name)).toEqual(['1', '2']);
    // White on black is no class number 255.
    const binary = await annotated(await set({ 'masks/a.png': await grey(block(255)) }, 'a'));
    expect(objectsOf(binary, 'a.png').map(told)).toEqual([['object', 50, [0, 0, 10, 5]]]);
    const named = await annotated({ ...files, 'classes.txt': 'background\ncell\nnucleus\n' });
    expect(objectsOf(named, 'a.png').map(told)).toEqual([['nucleus', 50, [0, 0, 10, 5]]]);
    expect(objectsOf(named, 'b.png').map(told)).toEqual([['cell', 50, [0, 0, 10, 5]]]);
  });

  it.each([
    ['labelmap.txt', '# label:color_rgb:parts:actions\nbackground:0,0,0::\ncell:10,200,30::\n'],
    ['class_dict.csv', 'name,r,g,b\nvoid,0,0,0\ncell,10,200,30\n'],
    ['legend.json', '[{"name":"cell","colour":"#0AC81E"}]'],
  ])('are colours that %s explains', async (legend, text) => {
    const rgb = await coloured(block(1), [10, 200, 30]);
    const found = await annotated(await set({ 'SegmentationClass/a.png': rgb, [legend]: text }, 'a'));
    expect(objectsOf(found, 'a.png').map(told)).toEqual([['cell', 50, [0, 0, 10, 5]]]);
    expect(found.header.classes.map(({ name }) => name)).toEqual(['cell']);
  });

  it('are an object each, named after the image and the class', async () => {
    const masks = {
      'masks/a_cell_1.png': await grey(block(255)),
      'masks/a_cell_2.png': await coloured(block(1, 3, 3), [9, 0, 0]),
      'masks/b/nucleus.png': await grey(block(1, 2, 2)),
      'masks/b/2.png': await grey(block(255, 1, 1)),
    };
    const found = await annotated(await set(masks, 'a', 'b'));
    expect(objectsOf(found, 'a.png').map(told)).toEqual([
      ['cell', 50, [0, 0, 10, 5]],
      ['cell', 9, [0, 0, 3, 3]],
    ]);
    expect(objectsOf(found, 'b.png').map((one) => one.class)).toEqual(['object', 'nucleus']);
  });

  it('come back as they were exported, to the pixel', async () => {
    const pixels = block(1);
    for (let i = 0; i < pixels.length; i++) if (i % width > 30 || i % 7 === 0) pixels[i] = 2;
    const legend = '[{"value":1,"name":"left","colour":"#ff0000"},{"value":2,"name":"right","colour":"#00ff00"}]';
    const files = { ...(await set({ 'masks/a.png': palette(pixels) }, 'a')), 'legend.json': legend };
    const first = await annotated(files);
    const again = await roundTrip(first, 'masks');
    expect(again.result.lost).toEqual([]);
    expect(objectsOf(again, 'a.png')).toEqual(objectsOf(first, 'a.png'));
    const [left] = objectsOf(again, 'a.png');
    expect([...maskPixels(left.mask!)!]).toEqual([...pixels].map((value) => Number(value === 1)));
  });

  it('of hostile files one is one error, and the others are read', async () => {
    const deep = await sharp(new Uint16Array(width * height).fill(4000), { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const masks = {
      'masks/a.png': palette(block(1)),
      'masks/b.png': palette(new Uint8Array(100).fill(1), 10, 10),
      'masks/c.png': await coloured(block(1), [1, 2, 3]),
      'masks/d.png': palette(block(9)),
      'masks/e.png': deep,
      'masks/f.png': Buffer.from('no PNG at all, though it is called so'),
      'masks/stranger.png': palette(block(1)),
      'legend.json': '[{"value":0,"name":"background"},{"value":1,"name":"cell","colour":"#ff0000"}]',
    };
    const { manifest } = await annotated(await set(masks, 'a', 'b', 'c', 'd', 'e', 'f'));
    expect(manifest.annotations?.total).toBe(1);
    const refused = Object.fromEntries(manifest.rejected.map(({ where, code }) => [where, code]));
    expect(refused).toEqual({
      'masks/b.png': 'mask_size_differs',
      'masks/c.png': 'unknown_mask_value',
      'masks/d.png': 'unknown_mask_value',
      'masks/e.png': 'unknown_mask_value',
      'masks/f.png': 'bad_label_map',
      'masks/stranger.png': 'image_missing',
    });
    const c = manifest.rejected.find(({ where }) => where === 'masks/c.png');
    expect(c?.message).toContain('#010203 (the first at 0, 0)');
  });

  it.each([
    ['legend.json', '{"cell":1}', 'is no list'],
    ['legend.json', '[{"value":1,"name":"a"},{"value":1,"name":"b"}]', 'names the value 1 twice'],
    ['labelmap.txt', 'cell:10,200\n', 'line 1 is no name with a colour'],
    ['class_dict.csv', 'name,r,g,b\na,1,2,3\nb,1,2,3\n', 'names the colour #010203 twice'],
  ])('are not read where %s says %j', async (legend, text, why) => {
    const files = await set({ 'masks/a.png': palette(block(1)), [legend]: text }, 'a');
    await expect(annotated(files)).rejects.toMatchObject({ code: 'bad_legend', message: expect.stringContaining(why) });
  });

  it('leaves images alone whose classes are called after masks', async () => {
    const files = await pictures(
      ...['mask', 'no_mask'].flatMap((name) => [1, 2, 3].map((n) => `${name}/${name[0]}${n}.png`)),
    );
    const folder = await dataFolder();
    await writeFiles(join(folder.path, 'faces'), files);
    const { manifest } = await importFrom(folder, ['faces']);
    expect(manifest.annotations).toBeUndefined();
    expect(manifest.classes.map(({ name }) => name)).toEqual(['mask', 'no_mask']);
  });

  it('are found for the samples of a version, their folder given alone', async () => {
    const first = await annotated(await set({ 'masks/a.png': palette(block(1)) }, 'a', 'b'));
    await writeFiles(join(first.folder.path, 'more', 'masks'), { 'a.png': palette(block(3, 4, 4)) });
    const found = await matchMarks({
      blobs: first.folder.blobs,
      manifest: first.manifest,
      kind: 'objects',
      paths: [join(first.folder.path, 'more', 'masks')],
    });
    expect(found).toMatchObject({ format: 'masks', classes: ['3'] });
    expect(found.samples.map(([sample, { annotations }]) => [sample, annotations.length])).toEqual([[0, 1]]);
  });
});
