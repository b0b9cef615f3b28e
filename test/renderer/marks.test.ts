import { describe, expect, it } from 'vitest';
import { newId } from '../../src-main/shared/ids.ts';
import type { Mark, MarkEdit, MarkOutcome, MarkShape } from '../../src-main/shared/marks.ts';
import { SampleMarks, type MarkCalls } from '../../src-renderer/features/label/marks.svelte.ts';

const box = (x: number): MarkShape => ({ type: 'box', box: [x, 0, 10, 10] });
const mark = (number: number, x: number, more: Partial<Mark> = {}): Mark => ({
  sample: 7,
  number,
  class: 1,
  suggested: false,
  confidence: null,
  shape: box(x),
  ...more,
});

/** A store whose answers come when they are let go. */
function held(marks: Mark[]) {
  const stored = new Map(marks.map((one) => [one.number, one]));
  let last = marks.length;
  const sent: MarkEdit[][] = [];
  const waiting: { go: () => void; refuse: () => void }[] = [];
  const calls: MarkCalls = {
    marks: async () => [...stored.values()],
    mark: (_, [{ sample, edits }]) => {
      sent.push(edits);
      return new Promise((done, failed) =>
        waiting.push({
          refuse: () => failed(new Error('disk full')),
          go: () =>
            done(
              edits.map((edit): MarkOutcome => {
                const number = edit.number ?? ++last;
                const now: Mark | null =
                  edit.act === 'remove'
                    ? null
                    : edit.act === 'accept'
                      ? { ...stored.get(number)!, suggested: false, confidence: null }
                      : mark(number, 0, { sample, class: edit.class, shape: edit.shape });
                if (now) stored.set(number, now);
                else stored.delete(number);
                return { sample, number, mark: now };
              }),
            ),
        }),
      );
    },
  };
  const next = async (act: 'go' | 'refuse') => {
    while (waiting.length === 0) await Promise.resolve();
    waiting.shift()![act]();
  };
  return { calls, sent, next };
}

async function opened(marks: Mark[]) {
  const store = held(marks);
  const place = new SampleMarks(store.calls);
  place.use(newId('labelling'));
  await place.want([7]);
  return { ...store, place, shown: () => place.of(7)!.map(({ key, shape, saving }) => [key, shape, saving]) };
}

describe('marks in front', () => {
  it('are shown as being saved until the answer comes, and keep their keys', async () => {
    const { place, shown, next } = await opened([mark(1, 1)]);
    const [first] = place.of(7)!;
    const key = place.nextKey;
    const done = place.edit(7, [{ act: 'put', class: 2, shape: box(5) }]);
    expect(shown()).toEqual([
      [1, box(1), false],
      [key, box(5), true],
    ]);
    await next('go');
    expect(await done).toEqual([key]);
    expect(shown()).toEqual([
      [1, box(1), false],
      [key, box(5), false],
    ]);
    expect(place.of(7)![0]).toBe(first);
  });

  it('are sent one edit after another, by the number that the first answer gave', async () => {
    const { place, sent, shown, next } = await opened([mark(1, 1)]);
    const key = place.nextKey;
    const done = [
      place.edit(7, [{ act: 'put', class: 1, shape: box(5) }]),
      place.edit(7, [{ act: 'put', key, class: 1, shape: box(6) }]),
      place.edit(7, [{ act: 'remove', key: 1 }]),
    ];
    expect(shown()).toEqual([[key, box(6), true]]);
    for (let i = 0; i < 3; i++) await next('go');
    await Promise.all(done);
    expect(sent).toEqual([
      [{ act: 'put', class: 1, shape: box(5) }],
      [{ act: 'put', number: 2, class: 1, shape: box(6) }],
      [{ act: 'remove', number: 1 }],
    ]);
    expect(shown()).toEqual([[key, box(6), false]]);
  });

  it('go back where they are refused, and only what was refused', async () => {
    const { place, shown, next } = await opened([mark(1, 1), mark(2, 2)]);
    const refused = place.edit(7, [{ act: 'remove', key: 1 }]);
    const kept = place.edit(7, [{ act: 'put', key: 2, class: 1, shape: box(9) }]);
    expect(shown()).toEqual([[2, box(9), true]]);
    await next('refuse');
    await expect(refused).rejects.toThrow('disk full');
    expect(shown()).toEqual([
      [1, box(1), false],
      [2, box(9), true],
    ]);
    await next('go');
    await kept;
    expect(shown()).toEqual([
      [1, box(1), false],
      [2, box(9), false],
    ]);
  });

  it('name the spans of a relation by their numbers once they have some', async () => {
    const { place, sent, next } = await opened([]);
    const key = place.nextKey;
    const done = [
      place.edit(7, [{ act: 'put', class: 1, shape: { type: 'span', start: 0, end: 3 } }]),
      place.edit(7, [{ act: 'put', class: 1, shape: { type: 'relation', from: key, to: key } }]),
    ];
    await next('go');
    await next('go');
    await Promise.all(done);
    expect(sent[1]).toEqual([{ act: 'put', class: 1, shape: { type: 'relation', from: 1, to: 1 } }]);
    expect(place.of(7)![1].shape).toEqual({ type: 'relation', from: key, to: key });
  });

  it('change with what undo and suggestions say', async () => {
    const { place, shown, next } = await opened([mark(1, 1), mark(2, 2, { suggested: true, confidence: 0.5 })]);
    place.take([
      { sample: 7, number: 1, mark: null },
      { sample: 8, number: 1, mark: mark(1, 3, { sample: 8 }) },
    ]);
    expect(shown()).toEqual([[2, box(2), false]]);
    place.take([{ sample: 7, number: 1, mark: mark(1, 4) }]);
    expect(shown().map(([key]) => key)).toEqual([1, 2]);
    const done = place.edit(7, [{ act: 'accept', key: 2 }]);
    expect(place.of(7)![1]).toMatchObject({ suggested: false, saving: true });
    await next('refuse');
    await expect(done).rejects.toThrow();
    expect(place.of(7)![1]).toMatchObject({ suggested: true, confidence: 0.5, saving: false });
  });

  it('cost an edit what it is, whatever lies beside it', async () => {
    let looks = 0;
    const many = Array.from({ length: 2000 }, (_, i) => ({
      ...mark(i + 1, i),
      get class() {
        looks++;
        return 1;
      },
    }));
    const { place, next } = await opened(many);
    const before = place.of(7)!;
    looks = 0;
    const done = place.edit(7, [{ act: 'put', key: 900, class: 2, shape: box(5) }]);
    await next('go');
    await done;
    expect(looks).toBeLessThan(10);
    const after = place.of(7)!;
    expect(after.filter((one, i) => one !== before[i]).map(({ key }) => key)).toEqual([900]);
  });

  it('stand in the order of their numbers, also where one with a later number was heard of first', async () => {
    const { place, shown, next } = await opened([mark(1, 1), mark(2, 2)]);
    const first = place.nextKey;
    const done = [1, 2].map((x) => place.edit(7, [{ act: 'put', class: 1, shape: box(x) }]));
    place.take([{ sample: 7, number: 5, mark: mark(5, 5) }]);
    expect(shown().map(([key]) => key)).toEqual([1, 2, 5, first, first - 1]);
    await next('go');
    await done[0];
    expect(shown().map(([key]) => key)).toEqual([1, 2, first, 5, first - 1]);
    await next('go');
    await done[1];
    expect(shown().map(([key]) => key)).toEqual([1, 2, first, first - 1, 5]);
    place.take([{ sample: 7, number: 1, mark: null }]);
    expect(shown().map(([key]) => key)).toEqual([2, first, first - 1, 5]);
  });
});
