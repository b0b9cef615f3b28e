import { describe, expect, it } from 'vitest';
import { entriesNamed, inSight, type FindEntry } from '../../src-renderer/ui/find-list.ts';

const entry = (label: string, title?: string): FindEntry => ({ value: label, label, ...(title ? { title } : {}) });
const names = (entries: readonly FindEntry[], text: string) => entriesNamed(entries, text).map(({ label }) => label);

describe('a long list', () => {
  const entries = [
    entry('age'),
    entry('Wage'),
    entry('ageing'),
    entry('x1', 'x1 · number · age of the plant'),
    entry('温度'),
  ];

  it('is found by what stands in a name, whatever its case; names that begin so come first', () => {
    expect(names(entries, 'AGE')).toEqual(['age', 'ageing', 'Wage', 'x1']);
    expect(names(entries, '度')).toEqual(['温度']);
    expect(names(entries, 'none of these')).toEqual([]);
  });

  it('is found by several words in any order, and whole where nothing is typed', () => {
    expect(names(entries, 'plant number')).toEqual(['x1']);
    expect(entriesNamed(entries, '  ')).toBe(entries);
  });

  it('has no more drawn than is in sight and a little around it', () => {
    const sight = { height: 280, rowHeight: 28 };
    expect(inSight(1000, { ...sight, scrollTop: 0 })).toEqual({ first: 0, last: 19 });
    const middle = inSight(1000, { ...sight, scrollTop: 14_000 });
    expect(middle.first).toBeLessThanOrEqual(500);
    expect(middle.last).toBeGreaterThanOrEqual(510);
    expect(middle.last - middle.first).toBeLessThan(30);
    // Scrolled far, then fewer were found.
    const few = inSight(3, { ...sight, scrollTop: 14_000 });
    expect(few.last).toBe(3);
    expect(few.first).toBeLessThanOrEqual(3);
    expect(inSight(0, { ...sight, scrollTop: 0 })).toEqual({ first: 0, last: 0 });
  });
});
