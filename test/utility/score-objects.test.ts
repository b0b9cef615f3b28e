import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { scoreObjects } from '../../src-main/utility/work/score-objects.ts';
import type { PredictionReport } from '../../src-main/shared/object-scores.ts';
import { annotated, pictures, type Annotated } from '../support/data-annotated.ts';
import { quietContext } from '../support/data-import.ts';

/** Images of 40 × 20. What is marked: in a.png a cell of 10 × 10, in b.png a cell of 10 × 10 and debris of 4 × 5; c.png is empty. */
const square = (x: number, y: number, w: number, h: number) => [[x, y, x + w, y, x + w, y + h, x, y + h]];
const mark = (id: number, image_id: number, category_id: number, box: [number, number, number, number]) => ({
  ...{ id, image_id, category_id, bbox: box, area: box[2] * box[3], iscrowd: 0 },
  segmentation: square(...box),
});
const coco = {
  images: ['a', 'b', 'c'].map((name, i) => ({ id: 11 + i, file_name: `${name}.png`, width: 40, height: 20 })),
  categories: [
    { id: 5, name: 'cell' },
    { id: 9, name: 'debris' },
  ],
  annotations: [mark(1, 11, 5, [0, 0, 10, 10]), mark(2, 12, 5, [20, 5, 10, 10]), mark(3, 12, 9, [0, 0, 4, 5])],
};

let set: Annotated;
beforeEach(async () => {
  set = await annotated({ 'instances.json': JSON.stringify(coco), ...(await pictures('a.png', 'b.png', 'c.png')) });
});

async function score(content: unknown, split: PredictionReport['split'] = null): Promise<PredictionReport> {
  const path = join(set.folder.path, 'found.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return scoreObjects({ blobs: set.folder.blobs, manifest: set.manifest, path, split }, quietContext());
}

async function scoreMaps(maps: Record<string, { width?: number; at(x: number, y: number): number }>) {
  const path = join(set.folder.path, `maps-${Object.keys(maps).join('')}`);
  await mkdir(path, { recursive: true });
  for (const [name, { width = 40, at }] of Object.entries(maps)) {
    const pixels = Buffer.from(Array.from({ length: width * 20 }, (_, i) => at(i % width, Math.floor(i / width))));
    const picture = sharp(pixels, { raw: { width, height: 20, channels: 1 } }).toColourspace('b-w');
    await writeFile(join(path, `${name}.png`), await picture.png().toBuffer());
  }
  return scoreObjects({ blobs: set.folder.blobs, manifest: set.manifest, path, split: null }, quietContext());
}

describe('predictions by what is marked in a version', () => {
  // Of the cell in a.png its left half, of that in b.png all of it; no debris.
  const half = { image_id: 11, category_id: 5, score: 0.9, bbox: [0, 0, 5, 10], segmentation: square(0, 0, 5, 10) };
  const whole = {
    image_id: 12,
    category_id: 5,
    score: 0.8,
    bbox: [20, 5, 10, 10],
    segmentation: square(20, 5, 10, 10),
  };

  it('have IoU and Dice of each class over all images, worked by hand', async () => {
    const report = await score([half, whole]);
    expect(report).toMatchObject({ source: 'found.json', images: 3, silent: 1, objects: 3, found: 2, unmasked: 0 });
    const [cell, debris] = report.classes;
    // 50 + 100 pixels of 200 are found.
    expect([cell.iou, cell.dice]).toEqual([150 / 200, (2 * 150) / 350]);
    expect([debris.iou, debris.dice, debris.objects, debris.found]).toEqual([0, 0, 1, 0]);
    expect(report.areas!.meanIou).toBeCloseTo(0.375, 12);
    // 2,400 pixels, 220 of them marked: of the others all are right, of these 150.
    expect(report.areas!.backgroundIou).toBeCloseTo(2180 / 2250, 12);
    expect(report.areas!.pixelAccuracy).toBeCloseTo(2330 / 2400, 12);
  });
  it('have COCO precision of boxes and of masks where there are scores', async () => {
    const { boxes, masks, classes } = await score([half, whole]);
    // An overlap of 0.5 counts at the first threshold alone; at the others it is wrong, and comes first.
    const wanted = (1 + (9 * 0.5 * 51) / 101) / 10;
    expect(classes[0].maskAp).toBeCloseTo(wanted, 9);
    expect(classes[0].boxAp).toBeCloseTo(wanted, 9);
    expect([boxes!.ap, masks!.ap]).toEqual([classes[0].boxAp! / 2, classes[0].maskAp! / 2]);
  });
  it('need neither boxes nor scores to be laid over masks', async () => {
    const report = await score([{ image_id: 'b.png', category_id: 'cell', segmentation: square(20, 5, 10, 10) }]);
    expect([report.boxes, report.masks, report.classes[0].iou]).toEqual([null, null, 0.5]);
  });
  it('may be boxes alone', async () => {
    const report = await score([{ image_id: 12, category_id: 9, score: 1, bbox: [0, 0, 4, 5] }]);
    expect([report.areas, report.masks]).toEqual([null, null]);
    expect(report.classes[1].boxAp).toBeCloseTo(1, 9);
  });
  it('may be a whole COCO file with numbers of its own', async () => {
    const own = {
      images: [{ id: 1, file_name: 'b.png' }],
      categories: [{ id: 1, name: 'debris' }],
      annotations: [{ image_id: 1, category_id: 1, score: 0.5, bbox: [0, 0, 4, 5], segmentation: square(0, 0, 4, 5) }],
    };
    expect((await score(own)).classes[1]).toMatchObject({ iou: 1, dice: 1, found: 1 });
  });
  it('count for the images of one split', async () => {
    const splitOf = (name: string) => set.samples.find((sample) => sample.name === name)!.split;
    const report = await score([half, whole], splitOf('a.png') as PredictionReport['split']);
    const images = set.samples.filter(({ split }) => split === splitOf('a.png'));
    expect(report.images).toBe(images.length);
    expect(report.found + report.elsewhere).toBe(2);
    expect(report.objects).toBe(images.reduce((sum, { marks }) => sum + marks.annotations.length, 0));
  });

  it('say what is wrong', async () => {
    const cases: [string, unknown, string, string][] = [
      ['no JSON', '{', 'scores_unreadable', 'found.json is no JSON'],
      ['an image that is not there', [{ ...half, image_id: 77 }], 'scores_unreadable', '[0].image_id'],
      ['a class that is not there', [{ ...half, category_id: 1 }], 'scores_unreadable', '[0].category_id'],
      ['neither a list nor a COCO file', { a: 1 }, 'scores_unreadable', 'a list of detections'],
      [
        'run lengths of another size',
        [{ ...half, segmentation: { size: [9, 9], counts: [81] } }],
        'scores_unreadable',
        '[20, 40]',
      ],
      [
        'run lengths that do not fill it',
        [{ ...half, segmentation: { size: [20, 40], counts: [5] } }],
        'scores_unreadable',
        'counts',
      ],
      [
        'a polygon of two points',
        [{ ...half, segmentation: [[0, 0, 1, 1]] }],
        'scores_unreadable',
        'three or more points',
      ],
      ['a polygon without end', [{ ...half, segmentation: [[0, 0, 1e300, 0, 1, 1]] }], 'bad_polygon', 'far beyond'],
    ];
    for (const [what, content, code, words] of cases) {
      await expect(score(content), what).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
      });
    }
  });
});

describe('label maps', () => {
  it('give the areas of masks, and what belongs to no image is told', async () => {
    const report = await scoreMaps({
      a: { at: (x, y) => (x < 5 && y < 10 ? 5 : 0) },
      b: { at: (x, y) => (x >= 20 && x < 30 && y >= 5 && y < 15 ? 5 : x < 4 && y < 5 ? 9 : x > 36 ? 255 : 0) },
      stray: { at: () => 0 },
    });
    expect(report).toMatchObject({ boxes: null, masks: null, strays: 1, images: 3 });
    expect(report.classes.map(({ iou }) => iou)).toEqual([150 / 200, 1]);
    expect(report.areas!.pixelAccuracy).toBeCloseTo(2350 / 2400, 12);
  });
  it('of background alone find nothing', async () => {
    expect((await scoreMaps({ a: { at: () => 0 } })).classes.map(({ iou }) => iou)).toEqual([0, 0]);
  });
  it('say what is wrong', async () => {
    const cases: [string, Parameters<typeof scoreMaps>[0], string, string][] = [
      ['a value that is no class', { a: { at: () => 7 } }, 'bad_label_map', 'a.png has the value 7'],
      ['another size', { b: { width: 20, at: () => 0 } }, 'bad_label_map', 'b.png has 20×20 pixels, its image 40×20'],
      ['names of no image', { x: { at: () => 0 } }, 'no_predictions', 'named like an image'],
    ];
    for (const [what, maps, code, words] of cases) {
      await expect(scoreMaps(maps), what).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words) as string,
      });
    }
  });
});
