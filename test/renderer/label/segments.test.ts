import { describe, expect, it } from 'vitest';
import type { ShownEdit, ShownMark } from '../../../src-renderer/features/label/marks.svelte.ts';
import { Peaks } from '../../../src-renderer/features/label/segments/peaks.ts';
import { SegmentEditor } from '../../../src-renderer/features/label/segments/segment-editor.svelte.ts';
import { panned, showing, tickStep, zoomed } from '../../../src-renderer/features/label/segments/time-view.ts';

describe('least and greatest samples', () => {
  const frames = 40_007;
  const samples = Int16Array.from({ length: 2 * frames }, (_, i) =>
    Math.round(Math.sin(i * i) * 30_000 * Math.sin(i / 999)),
  );
  const peaks = new Peaks(samples, 2);
  const plain = (from: number, to: number): [number, number] => {
    const part = samples.subarray(2 * Math.max(0, from), 2 * Math.min(frames, to));
    return [part.reduce((a, b) => Math.min(a, b)), part.reduce((a, b) => Math.max(a, b))];
  };

  it('are those of the very samples where one looks closely', () => {
    const columns = peaks.columns(1000, 1900, 90);
    for (let i = 0; i < 90; i++) {
      expect([columns[2 * i], columns[2 * i + 1]]).toEqual(plain(1000 + i * 10, 1010 + i * 10));
    }
  });

  it('are at least those of the samples, and at most those of half a column more, where one looks from afar', () => {
    for (const [from, to, count] of [
      [0, frames, 50],
      [3000, 30_000, 70],
    ]) {
      const width = (to - from) / count;
      const columns = peaks.columns(from, to, count);
      for (let i = 0; i < count; i++) {
        const [begin, end] = [Math.ceil(from + i * width), Math.floor(from + (i + 1) * width)];
        const [least, greatest] = plain(begin, end);
        const around = plain(Math.floor(begin - width / 2 - 1), Math.ceil(end + width / 2 + 1));
        expect(columns[2 * i]).toBeLessThanOrEqual(least);
        expect(columns[2 * i]).toBeGreaterThanOrEqual(around[0]);
        expect(columns[2 * i + 1]).toBeGreaterThanOrEqual(greatest);
        expect(columns[2 * i + 1]).toBeLessThanOrEqual(around[1]);
      }
    }
  });

  it('are none beyond the end, and of a sound without samples', () => {
    expect([...peaks.columns(frames, frames + 100, 2)]).toEqual([0, 0, 0, 0]);
    expect([...new Peaks(new Int16Array(0), 1).columns(0, 1, 1)]).toEqual([0, 0]);
  });
});

describe('a view of a recording', () => {
  it('zooms about a place, which stays where it is, and never beyond the ends', () => {
    const near = zoomed({ from: 0, to: 10 }, 4, 0.5, 10);
    expect(near).toEqual({ from: 2, to: 7 });
    expect(zoomed(near, 4, 100, 10)).toEqual({ from: 0, to: 10 });
    expect(zoomed({ from: 0, to: 10 }, 10, 0.1, 10)).toEqual({ from: 9, to: 10 });
    const closest = zoomed({ from: 0, to: 10 }, 5, 1e-9, 10);
    expect(closest.to - closest.from).toBeCloseTo(0.005);
  });
  it('moves as little as shows a place', () => {
    expect(panned({ from: 2, to: 4 }, -9, 10)).toEqual({ from: 0, to: 2 });
    expect(showing({ from: 2, to: 4 }, 3, 10)).toEqual({ from: 2, to: 4 });
    expect(showing({ from: 2, to: 4 }, 5, 10).to).toBeCloseTo(5.1);
  });
  it('has times that are read at a glance', () => {
    expect(tickStep({ from: 0, to: 10 }, 10)).toBe(1);
    expect(tickStep({ from: 0, to: 0.9 }, 6)).toBeCloseTo(0.2);
    expect(tickStep({ from: 0, to: 3600 }, 8)).toBe(500);
  });
});

describe('segments by keys', () => {
  function editing(...begun: [number, number, boolean?][]) {
    let marks: ShownMark[] = begun.map(([start, end, suggested = false], i) => ({
      key: i + 1,
      class: 1,
      suggested,
      confidence: null,
      shape: { type: 'segment', start, end },
      saving: false,
    }));
    let last = 0;
    const sent: ShownEdit[][] = [];
    const editor = new SegmentEditor({
      get nextKey() {
        return last - 1;
      },
      put(edits) {
        sent.push(edits);
        for (const edit of edits) {
          if (edit.act === 'remove') marks = marks.filter(({ key }) => key !== edit.key);
          else if (edit.act === 'accept')
            marks = marks.map((one) => (one.key === edit.key ? { ...one, suggested: false } : one));
          else {
            const { class: its, shape } = edit;
            const key = edit.key ?? --last;
            const one = { key, class: its, suggested: false, confidence: null, shape, saving: true };
            marks = [...marks.filter((other) => other.key !== key), one];
          }
        }
        editor.use(3, 10, marks);
      },
    });
    editor.use(3, 10, marks);
    const times = () => editor.all.map(({ class: its, shape }) => [its, shape.start, shape.end]);
    return { editor, sent, times };
  }

  it('begin and end where one is, and are made by a class', () => {
    const { editor, times } = editing();
    editor.moveTo(2);
    editor.mark('start');
    editor.name(2);
    expect(times()).toEqual([]);
    editor.moveTo(3.5);
    editor.mark('end');
    expect(editor.choice).toEqual({ start: 2, end: 3.5 });
    editor.name(2);
    expect(times()).toEqual([[2, 2, 3.5]]);
    editor.name(4);
    expect(times()).toEqual([[4, 2, 3.5]]);
  });

  it('are made one after another by keys alone, each corrected as long as it is the last', () => {
    const { editor, times } = editing();
    const made = (start: number | null, end: number, its: number) => {
      if (start !== null) {
        editor.moveTo(start);
        editor.mark('start');
      }
      editor.moveTo(end);
      editor.mark('end');
      editor.name(its);
    };
    made(1, 2, 1);
    // Of another class after all, and a little shorter.
    editor.name(2);
    editor.moveTo(1.8);
    editor.mark('end');
    made(3, 4, 1);
    // Where only its end is told it begins where the one before ends.
    made(null, 5.5, 3);
    made(6, 7, 4);
    expect(times()).toEqual([
      [2, 1, 1.8],
      [1, 3, 4],
      [3, 4, 5.5],
      [4, 6, 7],
    ]);
    // One that was gone back to is moved, as ever.
    editor.step(-1);
    editor.moveTo(4.5);
    editor.mark('start');
    expect(times()[2]).toEqual([3, 4.5, 5.5]);
    // From the beginning of the recording on, too.
    editor.leave();
    made(null, 0.5, 5);
    expect(times()[0]).toEqual([5, 0, 0.5]);
  });

  it('turn round where the end is marked before the beginning', () => {
    const { editor } = editing();
    editor.moveTo(5);
    editor.mark('start');
    editor.moveTo(4);
    editor.mark('end');
    expect(editor.choice).toBeNull();
    editor.select(6, 1);
    expect(editor.choice).toEqual({ start: 1, end: 6 });
  });

  it('have edges that are moved, never one over the other, and dragged as one edit', () => {
    const { editor, sent, times } = editing([2, 4]);
    editor.choose(1);
    editor.moveTo(3);
    editor.mark('start');
    editor.place('start', 9);
    expect(times()).toEqual([[1, 3.999, 4]]);
    editor.place('end', 99);
    const before = sent.length;
    for (const at of [5, 6, 7]) editor.drag(1, 'start', at);
    expect(times()).toEqual([[1, 7, 10]]);
    expect(sent).toHaveLength(before);
    editor.drop();
    expect(sent).toHaveLength(before + 1);
    expect(times()).toEqual([[1, 7, 10]]);
  });

  it('that are suggested are gone through by Enter and Delete', () => {
    const { editor, sent } = editing([1, 2, true], [3, 4, true], [5, 6]);
    editor.confirm();
    editor.confirm();
    expect(editor.chosen?.key).toBe(2);
    editor.remove();
    expect(sent).toEqual([[{ act: 'accept', key: 1 }], [{ act: 'remove', key: 2 }]]);
    expect(editor.confirm()).toBe(false);
  });

  it('are left with what was begun, and another recording begins anew', () => {
    const { editor } = editing([1, 2]);
    editor.moveTo(3);
    editor.mark('start');
    expect(editor.leave()).toBe(true);
    expect(editor.leave()).toBe(false);
    editor.choose(1);
    editor.use(4, 5, []);
    expect([editor.chosen, editor.playhead, editor.view]).toEqual([undefined, 0, { from: 0, to: 5 }]);
  });
});
