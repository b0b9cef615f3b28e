import { describe, expect, it } from 'vitest';
import { newId } from '../../../src-main/shared/ids.ts';
import type { Mark, MarkOutcome, MarkShape } from '../../../src-main/shared/marks.ts';
import type { LabelPlace } from '../../../src-renderer/features/label/label.svelte.ts';
import { SampleMarks } from '../../../src-renderer/features/label/marks.svelte.ts';
import { Carrying } from '../../../src-renderer/features/label/objects/carrying.svelte.ts';
import { SampleScene, type ObjectMark } from '../../../src-renderer/features/label/objects/sample-scene.ts';

const size = { width: 200, height: 100 };

/** A sequence of images with boxes in some of them. What is stored is stored at once; each call is an edit. */
async function sequence(images: number, boxes: readonly (readonly [sample: number, x: number, its?: number])[]) {
  const stored = new Map<number, Map<number, Mark>>(Array.from({ length: images }, (_, i) => [i, new Map()]));
  const put = (sample: number, number: number, its: number, shape: MarkShape): Mark => {
    const mark = { sample, number, class: its, suggested: false, confidence: null, shape };
    stored.get(sample)!.set(number, mark);
    return mark;
  };
  for (const [sample, x, its = 1] of boxes)
    put(sample, stored.get(sample)!.size + 1, its, { type: 'box', box: [x, 0, 10, 10] });
  const edits: number[][] = [];
  const marks = new SampleMarks({
    marks: (_, samples) => Promise.resolve(samples.flatMap((sample) => [...stored.get(sample)!.values()])),
    mark: (_, given) => {
      edits.push(given.map(({ sample }) => sample).sort((a, b) => a - b));
      const outcome = given.flatMap(({ sample, edits }) =>
        edits.map((edit): MarkOutcome => {
          if (edit.act !== 'put') throw new Error('Only what is put is expected here.');
          const number = edit.number ?? stored.get(sample)!.size + 1;
          return { sample, number, mark: put(sample, number, edit.class, edit.shape) };
        }),
      );
      return Promise.resolve(outcome);
    },
  });
  marks.use(newId('labelling'));
  const place = {
    marks,
    state: { states: new Uint8Array(images) },
    markAll: (given: Parameters<SampleMarks['editAll']>[0]) => marks.editAll(given),
  };
  const front = {
    sample: 0,
    scene: new SampleScene(size, () => null),
    chosen: [] as ObjectMark[],
    editor: { settle: () => {} },
    next: [] as unknown[],
    say: async (all: Parameters<SampleMarks['edit']>[1]) => void (await marks.edit(front.sample, all)),
    selectIn: (sample: number, keys: readonly number[]) => front.next.push([sample, keys.length]),
  };
  /** An image comes to the front, and a box of it is selected. */
  const look = async (sample: number, chosen: number | null = 0) => {
    await marks.want([sample]);
    front.sample = sample;
    front.scene = new SampleScene(size, () => null);
    front.scene.update(marks.of(sample)!);
    front.chosen = chosen === null ? [] : [front.scene.list[chosen]];
  };
  const shown = () =>
    [...stored].map(([, its]) =>
      [...its.values()].map(({ shape }) => 'box' in shape && [shape.box[0], shape.attributes?.interpolated === true]),
    );
  const carrying = new Carrying(place as unknown as LabelPlace, front);
  const tracks = () =>
    new Set([...stored.values()].flatMap((its) => [...its.values()].map(({ shape }) => shape.attributes?.track)));
  return { carrying, front, look, shown, edits, tracks };
}

describe('shapes that go on', () => {
  it('are copied to the next image as one edit, where they are selected then', async () => {
    const { carrying, look, shown, edits, front, tracks } = await sequence(2, [[0, 5]]);
    await look(0);
    expect(await carrying.copyOn(1)).toBe(1);
    expect(shown()).toEqual([[[5, false]], [[5, true]]]);
    expect(edits).toEqual([[0, 1]]);
    expect(front.next).toEqual([[1, 1]]);
    expect(tracks().size).toBe(1);
    // Again: it is put where it is already.
    await look(0);
    await carrying.copyOn(1);
    expect(shown()[1]).toHaveLength(1);
  });

  it('are filled in between two places, over copies that nobody has moved, as one edit', async () => {
    const { carrying, look, shown, edits, front, tracks } = await sequence(6, [[0, 0]]);
    for (let i = 0; i < 5; i++) {
      await look(i);
      await carrying.copyOn(i + 1);
    }
    await look(5);
    const [mark] = front.chosen;
    front.chosen = [
      { ...mark, shape: { ...mark.shape, box: [100, 0, 20, 10], attributes: { track: [...tracks()][0]! } } },
    ];
    edits.length = 0;
    expect(await carrying.interpolate()).toBe(4);
    expect(edits).toEqual([[0, 1, 2, 3, 4, 5]]);
    expect(shown()).toEqual([[[0, false]], ...[20, 40, 60, 80].map((x) => [[x, true]]), [[100, false]]]);
  });

  it('need not be copies: the nearest box of the class is the same thing, and one that was placed between is an end', async () => {
    const { carrying, look, shown, tracks } = await sequence(7, [
      [0, 10],
      [0, 150],
      [0, 55, 2],
      [3, 40],
      [6, 60],
    ]);
    await look(3);
    expect(await carrying.interpolate()).toBe(2);
    expect(shown().slice(0, 4)).toEqual([
      [
        [10, false],
        [150, false],
        [55, false],
      ],
      [[20, true]],
      [[30, true]],
      [[40, false]],
    ]);
    await look(6);
    expect(await carrying.interpolate()).toBe(2);
    expect(
      shown()
        .slice(4)
        .flat()
        .map((one) => one && one[0]),
    ).toEqual([46.67, 53.33, 60]);
    expect([...tracks()].filter(Boolean)).toHaveLength(1);
  });

  it('are not filled in where there is no other place, or nothing between', async () => {
    const { carrying, look, edits } = await sequence(40, [
      [0, 1],
      [1, 2],
      [39, 5, 2],
    ]);
    await look(1);
    expect(await carrying.interpolate()).toBeNull();
    await look(39);
    expect(await carrying.interpolate()).toBeNull();
    expect(edits).toEqual([]);
  });

  it('are filled in over more images than are kept at hand', async () => {
    const { carrying, look, shown, edits } = await sequence(120, [
      [0, 0],
      [119, 119],
    ]);
    await look(119);
    expect(await carrying.interpolate()).toBe(118);
    expect(edits).toHaveLength(1);
    expect(shown().map(([one]) => one && one[0])).toEqual(Array.from({ length: 120 }, (_, i) => i));
  });

  it('that are pasted where they are already are other things', async () => {
    const { carrying, look, shown, tracks } = await sequence(3, [[0, 5]]);
    await look(0);
    await carrying.copyOn(1);
    await look(0);
    carrying.copy();
    carrying.paste();
    await look(2, null);
    carrying.paste();
    await look(1, null);
    expect(shown()[0].map((one) => one && one[0])).toEqual([5, 15]);
    expect(shown()[2]).toHaveLength(1);
    expect(tracks()).toEqual(new Set([expect.any(String), undefined]));
  });
});
