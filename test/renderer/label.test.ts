import { describe, expect, it } from 'vitest';
import { labelStates, type LabelClass, type LabelState } from '../../src-main/shared/labels.ts';
import { classKeys, readBound, rebound } from '../../src-renderer/features/label/label-keys.ts';
import { countLabels, goneOn, queueOf } from '../../src-renderer/features/label/label-queue.ts';

const one = (id: number, more: Partial<LabelClass> = {}): LabelClass => ({
  id,
  name: `class ${id}`,
  colour: null,
  place: id,
  mergedInto: null,
  removed: false,
  ...more,
});

describe('keys of classes', () => {
  it('are the number row, then letters that nothing else has', () => {
    const keys = [
      ...classKeys(
        Array.from({ length: 14 }, (_, i) => one(i + 1)),
        {},
      ).values(),
    ];
    expect(keys.join('')).toBe('1234567890qwet');
    expect(
      classKeys(
        Array.from({ length: 60 }, (_, i) => one(i + 1)),
        {},
      ).size,
    ).toBeLessThan(40);
  });

  it('are a person’s own where given, and change places with who had them', () => {
    const now = new Map([
      ['class:1', '1'],
      ['class:2', '2'],
      ['skip', 's'],
    ]);
    const bound = rebound({}, 'class:2', 's', now);
    expect(bound).toEqual({ 'class:2': 's', skip: '2' });
    expect([...classKeys([one(1), one(2), one(3)], bound)]).toEqual([
      [1, '1'],
      [2, 's'],
      [3, '3'],
    ]);
    // Who had it gets nothing in its place where the other had none: a class the next free sign, an act no key.
    const bare = new Map([
      ['class:1', '1'],
      ['skip', 's'],
    ]);
    expect(rebound({}, 'class:40', 's', bare)).toEqual({ 'class:40': 's', skip: '' });
    const taken = rebound({ 'class:1': 'y' }, 'class:40', 'y', new Map([['class:1', 'y']]));
    expect([...classKeys([one(1), one(40)], taken)]).toEqual([
      [1, '1'],
      [40, 'y'],
    ]);
    expect(readBound('[1]')).toEqual({});
    expect(readBound('nonsense')).toEqual({});
    expect(readBound('{"skip":"x","next":3}')).toEqual({ skip: 'x' });
  });
});

describe('a queue put in another order while it is gone through', () => {
  it('keeps what was gone through and the sample in front, and names none twice', () => {
    const queue = Int32Array.from([5, 3, 8, 1, 2]);
    expect([...goneOn(queue, 2, Int32Array.from([2, 8, 7, 5, 1]))]).toEqual([5, 3, 8, 2, 7, 1]);
    expect([...goneOn(queue, 5, Int32Array.from([9]))]).toEqual([5, 3, 8, 1, 2, 9]);
    expect([...goneOn(new Int32Array(0), 0, queue)]).toEqual([...queue]);
  });

  it('puts 100,000 samples in order by doubt, ties as they stand, what was not judged last', () => {
    const count = 100_000;
    const doubts = Float32Array.from({ length: count }, (_, i) => (i % 10 === 3 ? NaN : ((i * 7919) % 1000) / 500));
    const none = { states: new Uint8Array(count), first: new Int32Array(count), several: {} };
    const found = queueOf(none, 'all', null, 'telling', new Map(), doubts);
    const key = (i: number): number => (Number.isNaN(doubts[i]) ? -1 : doubts[i]);
    const slowly = Array.from({ length: count }, (_, i) => i).sort((a, b) => key(b) - key(a) || a - b);
    expect(found).toEqual(Int32Array.from(slowly));
  });
});

describe('what is gone through', () => {
  const states: LabelState[] = ['labelled', 'new', 'suggested', 'skipped', 'reviewed', 'new'];
  const standing = {
    states: Uint8Array.from(states, (state) => labelStates.indexOf(state)),
    first: Int32Array.from([1, 0, 3, 0, 2, 0]),
    several: { 4: [2, 3] },
  };
  const classes = new Map([one(1), one(2), one(3, { mergedInto: 1 })].map((each) => [each.id, each]));
  const queue = (...rest: [Parameters<typeof queueOf>[1], number | null, Parameters<typeof queueOf>[3]]) => [
    ...queueOf(standing, ...rest, classes, null),
  ];

  it('is chosen by state and by class, merged ones too', () => {
    expect(queue('todo', null, 'given')).toEqual([1, 2, 5]);
    expect(queue('reviewed', null, 'given')).toEqual([4]);
    expect(queue('all', 1, 'given')).toEqual([0, 2, 4]);
    expect(queue('all', null, 'shuffled').toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(queue('all', null, 'shuffled')).toEqual(queue('all', null, 'shuffled'));
  });

  it('begins with what a run is least sure of, and ends with what it was not asked about', () => {
    const doubts = Float32Array.from([NaN, 0.2, 0.9, NaN, NaN, 0.2]);
    expect([...queueOf(standing, 'all', null, 'margin', classes, doubts)]).toEqual([2, 1, 5, 0, 3, 4]);
  });

  it('is counted by state and class', () => {
    const counts = countLabels(standing, classes);
    expect(counts.states).toMatchObject({ new: 2, suggested: 1, labelled: 1, reviewed: 1, skipped: 1, unsure: 0 });
    expect([...counts.classes]).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(counts.done).toBe(3);
  });
});
