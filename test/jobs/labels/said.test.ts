import { describe, expect, it } from 'vitest';
import { classAfter, labelAfter } from '../../../src-main/jobs/labels/said.ts';
import { blank, resolvedClass, type LabelClass, type SampleLabel } from '../../../src-main/shared/labels.ts';

const one = (id: number, name: string, more: Partial<LabelClass> = {}): LabelClass => ({
  id,
  name,
  colour: null,
  place: id,
  mergedInto: null,
  removed: false,
  ...more,
});
const classes = new Map(
  [one(1, 'cat'), one(2, 'dog'), one(3, 'hound', { mergedInto: 2 }), one(4, 'gone', { removed: true })].map((each) => [
    each.id,
    each,
  ]),
);
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const suggested: SampleLabel = { state: 'suggested', classes: [1], confidence: 0.8, note: 'blurred' };

describe('what is said of a sample', () => {
  it('names its class, and takes suggestions as they are', () => {
    expect(labelAfter(blank, { classes: [2] }, 'single', classes)).toEqual({
      ...blank,
      state: 'labelled',
      classes: [2],
    });
    expect(labelAfter(suggested, { state: 'labelled' }, 'single', classes)).toEqual({
      state: 'labelled',
      classes: [1],
      confidence: null,
      note: 'blurred',
    });
    expect(labelAfter(suggested, { note: 'clear' }, 'single', classes)).toEqual({ ...suggested, note: 'clear' });
    expect(labelAfter(suggested, { state: 'unsure' }, 'single', classes)).toMatchObject({
      state: 'unsure',
      classes: [1],
    });
    expect(labelAfter(suggested, { state: 'skipped' }, 'single', classes)).toMatchObject({
      classes: [],
      note: 'blurred',
    });
    expect(labelAfter(suggested, { classes: [] }, 'single', classes)).toMatchObject({ state: 'new', classes: [] });
  });

  it('is of the class that another was merged into', () => {
    expect(labelAfter(blank, { classes: [3] }, 'single', classes).classes).toEqual([2]);
    expect(labelAfter(blank, { classes: [3, 2, 1] }, 'multiple', classes).classes).toEqual([1, 2]);
    expect(resolvedClass(classes, 3)).toBe(2);
  });

  it('is refused where it cannot be', () => {
    expect(() => labelAfter(blank, { classes: [1, 2] }, 'single', classes)).toThrow(code('several_classes'));
    expect(() => labelAfter(blank, { classes: [9] }, 'single', classes)).toThrow(code('no_such_class'));
    expect(() => labelAfter(blank, { classes: [4] }, 'single', classes)).toThrow(code('no_such_class'));
    expect(() => labelAfter(blank, { state: 'reviewed' }, 'single', classes)).toThrow(code('label_without_class'));
    expect(() => labelAfter(blank, { state: 'suggested', classes: [1] }, 'single', classes)).toThrow(
      code('invalid_state'),
    );
    expect(labelAfter(blank, { state: 'labelled' }, 'multiple', classes)).toMatchObject({
      state: 'labelled',
      classes: [],
    });
  });
});

describe('classes', () => {
  const act = (what: Parameters<typeof classAfter>[0], inUse = false) => classAfter(what, classes, 5, () => inUse);

  it('are made, renamed, recoloured and merged, and keep their ids', () => {
    expect(act({ act: 'make', name: 'bird', colour: '#00ff00' })).toEqual(one(5, 'bird', { colour: '#00ff00' }));
    expect(act({ act: 'make', name: 'hound' }).id).toBe(5);
    expect(act({ act: 'rename', class: 1, name: 'feline' })).toEqual(one(1, 'feline'));
    expect(act({ act: 'recolour', class: 1, colour: null })).toEqual(one(1, 'cat'));
    expect(act({ act: 'merge', class: 1, into: 3 })).toEqual(one(1, 'cat', { mergedInto: 2 }));
    expect(act({ act: 'remove', class: 1 })).toEqual(one(1, 'cat', { removed: true }));
  });

  it('are refused a name that is taken, and are not removed from under samples', () => {
    expect(() => act({ act: 'make', name: 'dog' })).toThrow(code('class_taken'));
    expect(() => act({ act: 'rename', class: 1, name: 'dog' })).toThrow(code('class_taken'));
    expect(act({ act: 'rename', class: 1, name: 'cat' }).name).toBe('cat');
    expect(() => act({ act: 'merge', class: 3, into: 2 })).toThrow(code('same_class'));
    expect(() => act({ act: 'remove', class: 2 }, true)).toThrow(code('class_in_use'));
    expect(() => act({ act: 'rename', class: 4, name: 'x' })).toThrow(code('no_such_class'));
  });
});
