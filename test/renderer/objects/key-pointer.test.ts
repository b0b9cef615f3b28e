import { describe, expect, it } from 'vitest';
import type { ShownEdit } from '../../../src-renderer/features/label/marks.svelte.ts';
import { ObjectEditor, type Tool } from '../../../src-renderer/features/label/objects/editor.ts';
import { KeyPointer } from '../../../src-renderer/features/label/objects/key-pointer.ts';
import { SampleScene } from '../../../src-renderer/features/label/objects/sample-scene.ts';

const reach = 3;

function pointing(tool: Tool) {
  const said: ShownEdit[] = [];
  const scene = new SampleScene({ width: 200, height: 100 }, () => null);
  scene.pen = 1;
  const editor = new ObjectEditor(scene, (edits) => said.push(...edits));
  editor.choose(tool);
  const pointer = new KeyPointer(editor);
  pointer.show([0, 0, 200, 100]);
  const walk = (...steps: readonly (readonly [number, number])[]) => {
    pointer.press(reach);
    for (const [x, y] of steps) {
      pointer.move(x, y, reach);
      pointer.press(reach);
    }
  };
  const shapes = () => said.map((edit) => ('shape' in edit ? edit.shape : null));
  return { editor, pointer, walk, said, shapes };
}

describe('a pointer that keys move', () => {
  it('begins in the middle of what is seen, and stays in the image', () => {
    const { pointer } = pointing('box');
    expect(pointer.at).toEqual([100, 50]);
    pointer.move(-300, 20.4, reach);
    expect(pointer.at).toEqual([0, 70]);
    pointer.move(900, 900, reach);
    expect(pointer.at).toEqual([200, 100]);
  });

  it('draws a box from one press to the next', () => {
    const { walk, shapes, editor } = pointing('box');
    walk([30, -20]);
    expect(shapes()).toEqual([{ type: 'box', box: [100, 30, 30, 20] }]);
    expect(editor.busy).toBe(false);
  });

  it('puts the corners of a polygon, which ends at its first one', () => {
    const { walk, shapes, editor } = pointing('polygon');
    walk([40, 0], [0, 40]);
    expect(editor.draft).toMatchObject({ kind: 'open', to: [140, 90] });
    expect(shapes()).toEqual([]);
    walk([-40, -40]);
    expect(shapes()).toMatchObject([{ type: 'polygon', polygons: [[100, 50, 140, 50, 140, 90]] }]);
  });

  it('paints while it is pressed', () => {
    const { walk, shapes, editor, pointer } = pointing('brush');
    editor.radius = 2;
    walk([30, 0]);
    const [mask] = shapes();
    expect(mask).toMatchObject({ type: 'mask' });
    const [x, y, width, height] = mask && 'box' in mask ? mask.box : [];
    expect([x, y]).toEqual([98, 48]);
    expect([width, height]).toEqual([34, 4]);
    // Not pressed, it only moves.
    pointer.move(10, 10, reach);
    expect(shapes()).toHaveLength(1);
  });

  it('puts keypoints, hidden ones too', () => {
    const { pointer, editor, shapes } = pointing('points');
    pointer.press(reach);
    pointer.move(5, 5, reach);
    pointer.press(reach, { shift: true });
    editor.finish();
    expect(shapes()).toMatchObject([{ type: 'keypoints', keypoints: [100, 50, 2, 105, 55, 1] }]);
  });

  it('lets what it was about to draw go when it goes', () => {
    const { pointer, editor, said } = pointing('box');
    pointer.press(reach);
    pointer.move(20, 20, reach);
    expect(editor.draft).toMatchObject({ kind: 'new' });
    pointer.hide();
    expect([editor.draft, editor.pressed, pointer.shown]).toEqual([null, false, false]);
    pointer.press(reach);
    pointer.move(1, 1, reach);
    expect([said, pointer.at]).toEqual([[], null]);
  });
});
