import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src-main/onnx/tensors.ts';
import type { Tensor } from '../../../src-main/onnx/types.ts';
import type { MarkerWish } from '../../../src-main/shared/marker.ts';
import { maskPixels } from '../../../src-main/shared/rle.ts';
import { MarkerModel } from '../../../src-main/utility/work/marker/marker-model.ts';
import { channelSegmenter, detector, table, turned, type Made } from '../../support/marker-models.ts';
import { tempFolder } from '../../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const names = { names: '{0: \'red cell\', 1: "white cell"}' };
/** Into 64 × 64 it goes as 64 × 32, with 16 rows above and below: a pixel there is 1 / 0.64 of these. */
const wide = { rgb: new Uint8Array(3 * 100 * 50), width: 100, height: 50 };
/** In 64 × 64 there are 8 × 8, 4 × 4 and 2 × 2 cells. */
const cells = 84;

async function marked(made: Made | string, wish: MarkerWish = {}, picture = wide) {
  const model = await MarkerModel.open(typeof made === 'string' ? made : detector(made), 1, wish);
  const found = await model.mark(picture);
  await model.close();
  return { facts: model.facts, found };
}
const boxes = ({ found }: Awaited<ReturnType<typeof marked>>) =>
  found.map(({ class: its, score, shape }) => [its, score, ...shape.box]);

/** Middle, size, (objectness,) scores: two of one thing, one of another class elsewhere, one that reaches over the edge, one too unsure. */
const rows = (objectness: boolean, count = cells): Tensor =>
  table([1, count, objectness ? 7 : 6], (put) => {
    const at = (row: number, box: number[], ...scores: number[]) =>
      put(row, [...box, ...(objectness ? [1] : []), ...scores]);
    at(3, [32, 32, 32, 16], 0.9, 0.1);
    at(4, [33, 32, 32, 16], 0.8, 0.1);
    at(5, [33, 32, 32, 16], 0.1, 0.7);
    at(6, [0, 16, 12.8, 12.8], 0.1, 0.6);
    at(7, [50, 40, 8, 8], 0.2, 0.1);
  });
const inWide = [
  [0, 0.9, 25, 12.5, 50, 25],
  [1, 0.7, 26.56, 12.5, 50, 25],
  [1, 0.6, 0, 0, 10, 10],
];

describe('a detector made elsewhere', () => {
  it.each<[string, Made, string]>([
    ['v8, rows last', { outputs: { output0: turned(rows(false)) }, metadata: names }, 'yolo'],
    ['v8, rows first', { outputs: { output0: rows(false) }, metadata: names }, 'yolo'],
    ['v8, without its classes', { outputs: { output0: turned(rows(false)) } }, 'yolo'],
    ['v5, three boxes a cell', { outputs: { output: rows(true, 3 * cells) }, metadata: names }, 'objectness'],
    ['v5, without its classes', { outputs: { output: rows(true, 3 * cells) } }, 'objectness'],
    ['YOLOX, placed already', { outputs: { output: rows(true) } }, 'objectness'],
  ])('%s: boxes come back to their pixels', async (_, made, layout) => {
    const done = await marked(made, { fit: 'middle' });
    expect(done.facts.settings.layout).toBe(layout);
    expect(done.facts.count).toBe(2);
    expect(done.facts.classes).toEqual(made.metadata ? ['red cell', 'white cell'] : null);
    expect(boxes(done)).toEqual(inWide);
  });

  it('strikes out twins across classes too, and by other thresholds, where that is wished', async () => {
    const made = { outputs: { output0: turned(rows(false)) }, metadata: names };
    expect(boxes(await marked(made, { across: true }))).toEqual([inWide[0], inWide[2]]);
    expect(await marked(made, { overlap: 0.99 }).then(boxes)).toHaveLength(4);
    expect(await marked(made, { score: 0.15 }).then(boxes)).toHaveLength(4);
    expect(await marked(made, { score: 0.85 }).then(boxes)).toHaveLength(1);
  });

  it('YOLOX as it leaves its grids: offsets in cells, sizes as logarithms, the picture in the upper left corner', async () => {
    const output = table([1, cells, 7], (put) => {
      // Row 64 + 1 × 4 + 2 is of stride 16, column 2, row 1: its middle is (2 + 0.5) × 16, (1 − 0.25) × 16.
      put(64 + 6, [0.5, -0.25, Math.log(2), 0, 0.9, 0.1, 1]);
      put(0, [0, 0, 0, 0, 0.1, 1, 0]);
    });
    const done = await marked({ outputs: { output }, metadata: names });
    expect(done.facts.settings).toMatchObject({ layout: 'grids', fit: 'corner', scale: 'bytes', channels: 'bgr' });
    // 24 … 56 and 4 … 20 of 64: no rows above.
    expect(boxes(done)).toEqual([[1, 0.9, 37.5, 6.25, 50, 25]]);
  });

  it('v10: corners, score and class of so many', async () => {
    const output0 = table([1, 30, 6], (put) => {
      put(0, [16, 24, 48, 40, 0.9, 1]);
      // The model has struck out what it meant to.
      put(1, [16, 24, 48, 40, 0.8, 1]);
    });
    const done = await marked({ outputs: { output0 }, metadata: names });
    expect(done.facts.settings.layout).toBe('end-to-end');
    expect(boxes(done)).toEqual([
      [1, 0.9, 25, 12.5, 50, 25],
      [1, 0.8, 25, 12.5, 50, 25],
    ]);
  });

  it('DETR: shares of the picture, and logits with "nothing" or without', async () => {
    const pred_boxes = table([1, 10, 4], (put) => put(2, [0.5, 0.5, 0.5, 0.25]));
    const softmax = table([1, 10, 3], (put) => {
      for (let row = 0; row < 10; row++) put(row, [0, 0, 9]);
      put(2, [0, Math.log(8), Math.log(1)]);
    });
    const done = await marked({ outputs: { logits: softmax, pred_boxes }, metadata: names });
    expect(done.facts.settings).toMatchObject({ layout: 'detr', fit: 'stretch', scale: 'imagenet' });
    expect(boxes(done)).toEqual([[1, 0.8, 25, 18.75, 50, 12.5]]);
    const sigmoid = table([1, 10, 2], (put) => {
      for (let row = 0; row < 10; row++) put(row, [-9, -9]);
      put(2, [Math.log(3), -2]);
    });
    const other = await marked({ outputs: { logits: sigmoid, pred_boxes }, metadata: names });
    expect(other.facts.settings.layout).toBe('detr-sigmoid');
    expect(boxes(other)).toEqual([[0, 0.75, 25, 18.75, 50, 12.5]]);
  });

  it('boxes, scores and labels after its own suppression: torchvision counts from 1, TensorFlow puts y first', async () => {
    const vision = {
      boxes: tensor('float', [2, 4], [16, 24, 48, 40, 0, 0, 64, 64]),
      labels: tensor('int64', [2], [2, 1]),
      scores: tensor('float', [2], [0.9, 0.1]),
    };
    const done = await marked({ outputs: vision, metadata: names }, { fit: 'middle' });
    expect(done.facts).toMatchObject({ count: null, settings: { layout: 'detections', first: 1 } });
    expect(boxes(done)).toEqual([[1, 0.9, 25, 12.5, 50, 25]]);
    const flow = {
      detection_boxes: tensor('float', [1, 2, 4], [0.375, 0.25, 0.625, 0.75, 0, 0, 0.5, 0.5]),
      detection_scores: tensor('float', [1, 2], [0.9, 0]),
      detection_classes: tensor('float', [1, 2], [1, 1]),
      num_detections: tensor('float', [1], [1]),
    };
    expect(boxes(await marked({ outputs: flow, metadata: names }, { fit: 'middle' }))).toEqual([
      [0, 0.9, 25, 12.5, 50, 25],
    ]);
  });

  it('takes pictures in the size that the file says, or the one that is wished', async () => {
    const shape = [1, 3, 'height', 'width'] as const;
    const outputs = { output0: turned(rows(false)) };
    const { facts } = await marked({ shape, outputs, metadata: { ...names, imgsz: '[64, 64]' } });
    expect(facts.input).toMatchObject({ width: 64, height: 64, open: true });
    const wished = await marked({ shape, outputs, metadata: names }, { side: 64 });
    expect(boxes(wished)).toEqual(inWide);
  });

  it('says what it found where it cannot read it, and which names it lacks', async () => {
    const odd = { outputs: { weird: tensor('float', [3, 7, 2, 5], Array(210).fill(0)) } };
    await expect(marked(odd)).rejects.toMatchObject({
      code: 'unknown_model',
      message: expect.stringContaining('weird [3, 7, 2, 5]') as string,
    });
    await expect(marked({ shape: [1, 5], outputs: odd.outputs })).rejects.toMatchObject({
      code: 'unknown_model',
      message: expect.stringContaining('images float [1, 5]') as string,
    });
    const made = { outputs: { output0: turned(rows(false)) } };
    await expect(marked(made, { classes: ['one', 'two', 'three'] })).rejects.toMatchObject(code('class_names_differ'));
    await expect(marked(made, { layout: 'semantic' })).rejects.toMatchObject(code('unknown_model'));
    const broken = join(tempFolder(), 'broken.onnx');
    writeFileSync(broken, 'no model');
    await expect(marked(broken)).rejects.toMatchObject({ message: expect.stringMatching(/\S/) as string });
  });
});

describe('a segmenter made elsewhere', () => {
  /** Red to the left of the middle, green right of it, a blue square in it; each pixel plain. */
  const picture = (() => {
    const [width, height] = [40, 20];
    const rgb = new Uint8Array(3 * width * height);
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const blue = x >= 16 && x < 24 && y >= 8 && y < 12;
      rgb[3 * i + (blue ? 2 : x < 20 ? 0 : 1)] = 255;
    }
    return { rgb, width, height };
  })();

  it('gives each class the pixels where it is likeliest, in the picture’s own size', async () => {
    const path = channelSegmenter([1, 3, 80, 80], { classes: '["left", "right", "middle"]' });
    const { facts, found } = await marked(path, { scale: 'bytes' }, picture);
    expect(facts).toMatchObject({ count: 3, shapes: ['mask'], settings: { layout: 'semantic', fit: 'stretch' } });
    expect(found.map(({ class: its, shape }) => [its, shape.box, shape.area])).toEqual([
      [0, [0, 0, 20, 20], 400 - 16],
      [1, [20, 0, 20, 20], 400 - 16],
      [2, [16, 8, 8, 4], 32],
    ]);
    const middle = maskPixels(found[2].shape.mask!)!;
    expect(middle[8 * 40 + 16]).toBe(1);
    expect(middle[8 * 40 + 15]).toBe(0);
    // A background is no thing, and one name fewer leaves room for it.
    const unnamed = await marked(path, { scale: 'bytes', classes: ['right', 'middle'] }, picture);
    expect(unnamed.found.map((one) => unnamed.facts.classes![one.class])).toEqual(['right', 'middle']);
  });

  it('reads the class of each pixel where that is what comes out', async () => {
    const map = tensor('int64', [1, 4, 4], [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const made = { shape: [1, 3, 16, 16], outputs: { classes: map }, metadata: { names: "['background', 'cell']" } };
    const { facts, found } = await marked(made, {}, picture);
    expect(facts.settings.layout).toBe('class-map');
    expect(found).toMatchObject([{ class: 1, score: null, shape: { box: [20, 0, 20, 10], area: 200 } }]);
  });

  it('makes masks of coefficients and maps, within each box', async () => {
    // Two maps of 16 × 16: one is above 0 on the left half, the other on the upper one.
    const protos = new Float32Array(2 * 256);
    for (let i = 0; i < 256; i++) {
      protos[i] = i % 16 < 8 ? 4 : -4;
      protos[256 + i] = i < 128 ? 4 : -4;
    }
    const output0 = turned(
      table([1, cells, 8], (put) => {
        put(1, [32, 32, 32, 32, 0.9, 0, 1, 0]);
        put(2, [32, 32, 32, 32, 0, 0.8, 0, 1]);
      }),
    );
    const output1 = tensor('float', [1, 2, 16, 16], protos);
    const square = { rgb: new Uint8Array(3 * 128 * 128), width: 128, height: 128 };
    const made = { outputs: { output0, output1 }, metadata: names };
    const { facts, found } = await marked(made, {}, square);
    expect(facts).toMatchObject({ count: 2, shapes: ['box', 'mask'] });
    // The left half of the box 32 … 96.
    expect(found[0]).toMatchObject({ class: 0, score: 0.9, shape: { box: [32, 32, 32, 64], area: 32 * 64 } });
    expect(found[1]).toMatchObject({ class: 1, shape: { type: 'mask', box: [32, 32, 64, 32] } });
    const plain = await marked(made, { shape: 'box' }, square);
    expect(plain.found[0].shape).toEqual({ type: 'box', box: [32, 32, 64, 64] });
  });
});
