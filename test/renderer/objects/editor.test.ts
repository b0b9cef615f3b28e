import { describe, expect, it } from 'vitest';
import type { MarkShape } from '../../../src-main/shared/marks.ts';
import { measureMask, decodeCounts, maskPixels } from '../../../src-main/shared/rle.ts';
import type { ShownEdit, ShownMark } from '../../../src-renderer/features/label/marks.svelte.ts';
import { ObjectEditor } from '../../../src-renderer/features/label/objects/editor.ts';
import { keysUnder } from '../../../src-renderer/features/label/objects/hits.ts';
import { SampleScene } from '../../../src-renderer/features/label/objects/sample-scene.ts';
import { boxShape, polygonShape, type ObjectShape } from '../../../src-renderer/features/label/objects/shapes.ts';
import { centred, toCanvas, toImage, zoomed } from '../../../src-renderer/features/label/objects/view.ts';

const size = { width: 200, height: 100 };
const square = [20, 20, 60, 20, 60, 60, 20, 60];

/** An editor whose edits are put into its scene at once. */
function editing(...shapes: ObjectShape[]) {
  let marks: ShownMark[] = shapes.map((shape, i) => ({
    key: i + 1,
    class: 1,
    suggested: false,
    confidence: null,
    shape,
    saving: false,
  }));
  let last = marks.length;
  const said: ShownEdit[][] = [];
  const scene = new SampleScene(size, (its) => (its === 3 ? 3 : null));
  scene.pen = 1;
  scene.update(marks);
  const editor = new ObjectEditor(scene, (edits) => {
    said.push(edits);
    for (const edit of edits) {
      if (edit.act === 'remove') marks = marks.filter(({ key }) => key !== edit.key);
      if (edit.act !== 'put') continue;
      const key = edit.key ?? ++last;
      const now = { key, class: edit.class, suggested: false, confidence: null, shape: edit.shape, saving: false };
      marks = marks.some((one) => one.key === key)
        ? marks.map((one) => (one.key === key ? now : one))
        : [...marks, now];
    }
    scene.update(marks);
  });
  const shape = (key: number) => marks.find((one) => one.key === key)?.shape as ObjectShape;
  const stroke = (...points: [number, number][]) => {
    editor.press(points[0], 2);
    for (const point of points.slice(1)) editor.drag(point, 2);
    editor.release(points.at(-1)!, 2);
  };
  return { editor, scene, said, shape, stroke, keys: () => marks.map(({ key }) => key) };
}

describe('boxes', () => {
  it('are drawn from whole pixel to whole pixel, whichever way, and no further than the image', () => {
    const { editor, stroke, shape, keys } = editing();
    editor.choose('box');
    stroke([50.4, 60.6], [10.2, 20.4]);
    expect(shape(1)).toEqual({ type: 'box', box: [10, 20, 40, 41] });
    stroke([190, 90], [300, 140]);
    expect(shape(2).box).toEqual([190, 90, 10, 10]);
    stroke([5, 5], [5.2, 30]);
    expect(keys()).toEqual([1, 2]);
  });

  it('are moved and resized by what is taken hold of, and turn over past the other edge', () => {
    const { stroke, shape, said } = editing({
      ...boxShape([10, 10, 20, 20]),
      area: 7,
      flags: { crowd: true, empty: true },
    });
    stroke([15, 15], [25.4, 18]);
    expect(shape(1)).toEqual({ type: 'box', box: [20, 13, 20, 20], flags: { crowd: true } });
    stroke([40, 33], [60, 43]);
    expect(shape(1).box).toEqual([20, 13, 40, 30]);
    stroke([20, 28], [80, 28]);
    expect(shape(1).box).toEqual([60, 13, 20, 30]);
    stroke([70, 20], [500, 20]);
    expect(shape(1).box).toEqual([180, 13, 20, 30]);
    expect(said).toHaveLength(4);
  });

  it('keep their opposite corner where they are turned', () => {
    const { editor, stroke, shape } = editing({ ...boxShape([100, 20, 40, 20]), rotation: 90 });
    editor.select([1]);
    // A quarter turn clockwise: its width goes down from the corner, its height to the left.
    stroke([80, 60], [70, 80]);
    expect(shape(1).box.map(Math.round)).toEqual([100, 20, 60, 30]);
    stroke([100, 50], [110, 50]);
    expect(shape(1).box.map(Math.round)).toEqual([110, 20, 60, 40]);
  });

  it('move by keys as one edit once the key is let go, and not out of the image', () => {
    const { editor, said, shape } = editing(boxShape([3, 10, 20, 20]));
    editor.select([1]);
    for (let i = 0; i < 9; i++) editor.nudge(-1, 0);
    expect(said).toHaveLength(0);
    editor.settle();
    expect(said).toHaveLength(1);
    expect(shape(1).box).toEqual([0, 10, 20, 20]);
    editor.stretch(10, -40);
    editor.settle();
    expect(shape(1).box).toEqual([0, 10, 30, 1]);
  });

  it('are made, gone through and deleted without a mouse', () => {
    const { editor, scene, shape, keys } = editing();
    editor.choose('box');
    editor.insert([0, 0, 200, 100]);
    expect(shape(1).box).toEqual([88, 38, 25, 25]);
    editor.insert([0, 0, 20, 20]);
    expect(scene.beside(null, 1)).toBe(1);
    expect(scene.beside(1, 1)).toBe(2);
    expect(scene.beside(2, 1)).toBeNull();
    expect(scene.beside(null, -1)).toBe(2);
    editor.select([1, 2]);
    scene.locked.add(1);
    editor.remove();
    expect(keys()).toEqual([1]);
  });
});

describe('what is meant by a click', () => {
  it('is the smallest shape there, then what lies under it', () => {
    const { editor, stroke, scene } = editing(
      boxShape([0, 0, 100, 100]),
      boxShape([20, 20, 10, 10]),
      boxShape([15, 15, 40, 40]),
    );
    const click = () => stroke([24, 24]);
    click();
    expect([...editor.selected]).toEqual([2]);
    click();
    expect([...editor.selected]).toEqual([3]);
    click();
    expect([...editor.selected]).toEqual([1]);
    editor.select([]);
    scene.hidden.add(2);
    click();
    expect([...editor.selected]).toEqual([3]);
  });

  it('is all inside of what is drawn around it', () => {
    const { editor, stroke } = editing(
      boxShape([30, 30, 10, 10]),
      boxShape([60, 30, 10, 10]),
      boxShape([90, 30, 80, 10]),
    );
    stroke([25, 25], [120, 60]);
    expect([...editor.selected].sort()).toEqual([1, 2]);
  });

  it('is found among thousands just as by looking at each', () => {
    const shapes = Array.from({ length: 3000 }, (_, i) =>
      polygonShape([
        (i * 37) % 190,
        (i * 53) % 90,
        ((i * 37) % 190) + 6,
        (i * 53) % 90,
        (i * 37) % 190,
        ((i * 53) % 90) + 6,
      ]),
    );
    const { editor } = editing(...shapes);
    for (let i = 0; i < 40; i++) {
      const point = [(i * 31.7) % 200, (i * 17.3) % 100] as const;
      const inside = shapes.flatMap((shape, k) => {
        const [x, y] = shape.box;
        const [dx, dy] = [point[0] - x, point[1] - y];
        return dx > 0.01 && dy > 0.01 && dx + dy < 5.99 ? [k + 1] : [];
      });
      const found = keysUnder(editor.scene, point, 0);
      for (const key of inside) expect(found).toContain(key);
    }
  });
});

describe('polygons', () => {
  it('are drawn corner by corner, and closed on the first', () => {
    const { editor, shape } = editing();
    editor.choose('polygon');
    for (const point of [
      [10, 10],
      [40, 10],
      [40.123, 40],
      [11, 11],
    ] as const) {
      editor.press(point, 3);
      editor.release(point, 3);
    }
    expect(shape(1)).toEqual({
      type: 'polygon',
      box: [10, 10, expect.closeTo(30.12, 9), 30],
      polygons: [[10, 10, 40, 10, 40.12, 40]],
    });
  });

  it('lose the last corner again, and are let go below three', () => {
    const { editor, keys } = editing();
    editor.choose('polygon');
    for (const point of [
      [10, 10],
      [40, 10],
      [40, 40],
    ] as const)
      editor.press(point, 3);
    expect(editor.backOne()).toBe(true);
    editor.finish();
    expect(keys()).toEqual([]);
  });

  it('have corners moved, put in and taken out, by mouse and by keys', () => {
    const { editor, stroke, shape, keys } = editing(polygonShape(square));
    editor.select([1]);
    stroke([60, 60], [70, 65]);
    expect(shape(1).polygons).toEqual([[20, 20, 60, 20, 70, 65, 20, 60]]);
    expect(shape(1).box).toEqual([20, 20, 50, 45]);
    stroke([40, 20], [40, 5]);
    expect(shape(1).polygons).toEqual([[20, 20, 40, 5, 60, 20, 70, 65, 20, 60]]);
    expect(editor.grip).toEqual({ at: 'corner', ring: 0, corner: 1 });
    editor.nudge(3, 1);
    editor.settle();
    expect(shape(1).polygons![0].slice(2, 4)).toEqual([43, 6]);
    editor.addCorner();
    expect(shape(1).polygons![0]).toHaveLength(12);
    for (let left = 5; left >= 3; left--) {
      editor.grip = { at: 'corner', ring: 0, corner: 0 };
      editor.remove();
      expect(shape(1).polygons![0]).toHaveLength(2 * left);
    }
    editor.grip = { at: 'corner', ring: 0, corner: 0 };
    editor.remove();
    expect(keys()).toEqual([]);
  });

  it('snap to corners, then to edges, then to the image, where that is wanted', () => {
    const { editor, shape } = editing(polygonShape(square));
    editor.snaps = true;
    editor.choose('polygon');
    for (const point of [
      [61, 21],
      [62, 40.2],
      [198, 50],
    ] as const)
      editor.press(point, 4);
    editor.finish();
    expect(shape(2).polygons).toEqual([[60, 20, 60, 40.2, 200, 50]]);
    editor.press([61, 21], 4, { alt: true });
    expect(editor.draft).toMatchObject({ ring: [61, 21] });
  });
});

describe('masks', () => {
  const inside = (shape: MarkShape) => maskPixels((shape as ObjectShape).mask!)!.reduce((sum, pixel) => sum + pixel, 0);

  it('are brushed, gone on with, erased, and gone when nothing is left', () => {
    const { editor, stroke, shape, keys } = editing();
    editor.choose('brush');
    editor.radius = 5;
    stroke([50, 50], [80, 50]);
    const first = inside(shape(1));
    // A stadium: 30 by 10 and a disc.
    expect(Math.abs(first - (300 + Math.PI * 25))).toBeLessThan(12);
    expect(shape(1).box).toEqual([45, 45, 40, 10]);
    editor.selected = new Set([1]);
    stroke([50, 80], [80, 80]);
    expect(keys()).toEqual([1]);
    expect(inside(shape(1))).toBe(2 * first);
    editor.choose('eraser');
    stroke([40, 80], [90, 80]);
    expect(inside(shape(1))).toBe(first);
    editor.radius = 40;
    stroke([65, 50]);
    expect(keys()).toEqual([]);
  });

  it('have their holes filled, and only holes', () => {
    const { editor, stroke, shape, said } = editing();
    editor.choose('brush');
    editor.radius = 3;
    stroke([30, 30], [70, 30], [70, 70], [30, 70], [30, 30]);
    const before = inside(shape(1));
    editor.choose('fill');
    stroke([10, 10]);
    expect(said).toHaveLength(1);
    stroke([50, 50]);
    expect(inside(shape(1)) - before).toBe(34 * 34);
  });

  it('become polygons and come back much the same', () => {
    const { editor, stroke, shape } = editing();
    editor.choose('brush');
    editor.radius = 20;
    stroke([60, 50], [120, 55]);
    const before = inside(shape(1));
    editor.select([1]);
    editor.turn();
    expect(shape(1).type).toBe('polygon');
    expect(shape(1).mask).toBeUndefined();
    expect(shape(1).polygons![0].length).toBeLessThan(130);
    editor.turn();
    expect(shape(1).type).toBe('mask');
    expect(Math.abs(inside(shape(1)) - before) / before).toBeLessThan(0.02);
    const { area, box } = measureMask(decodeCounts(shape(1).mask!.counts)!, size.height);
    expect([shape(1).area, shape(1).box]).toEqual([area, box]);
  });
});

describe('keypoints', () => {
  it('are put one after another, as many as the class has, and hidden ones told apart', () => {
    const { editor, scene, shape } = editing();
    scene.pen = 3;
    editor.choose('points');
    editor.press([10, 10], 2);
    editor.press([20, 10], 2, { shift: true });
    editor.press([20, 30], 2);
    expect(shape(1)).toEqual({
      type: 'keypoints',
      box: [10, 10, 10, 20],
      keypoints: [10, 10, 2, 20, 10, 1, 20, 30, 2],
    });
    editor.press([50, 50], 2);
    editor.finish();
    expect(shape(2).keypoints).toEqual([50, 50, 2, 0, 0, 0, 0, 0, 0]);
  });

  it('are moved, hidden and taken out, and the last takes the shape along', () => {
    const { editor, stroke, shape, keys } = editing({
      type: 'keypoints',
      box: [10, 10, 10, 20],
      keypoints: [10, 10, 2, 20, 30, 2],
    });
    editor.select([1]);
    stroke([20, 30], [25, 35]);
    expect(shape(1)).toMatchObject({ box: [10, 10, 15, 25], keypoints: [10, 10, 2, 25, 35, 2] });
    editor.toggleSeen();
    expect(shape(1).keypoints![5]).toBe(1);
    editor.remove();
    expect(shape(1).keypoints).toEqual([10, 10, 2, 0, 0, 0]);
    editor.nextGrip();
    editor.remove();
    expect(keys()).toEqual([]);
  });
});

describe('a view', () => {
  it('gives back the pixel that it was asked for, at any zoom', () => {
    let view = centred(size, { width: 999, height: 777 }, 0.37);
    for (const by of [1.25, 3, 0.2, 40, 0.01]) {
      const under = toImage(view, [311, 207]);
      view = zoomed(view, by, [311, 207]);
      for (const [i, each] of toImage(view, [311, 207]).entries()) expect(each).toBeCloseTo(under[i], 6);
      for (const [i, each] of toImage(view, toCanvas(view, [12.5, 80.25])).entries()) {
        expect(each).toBeCloseTo([12.5, 80.25][i], 6);
      }
    }
  });
});
