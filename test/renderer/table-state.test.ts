import { describe, expect, it } from 'vitest';
import { toTsv } from '../../src-renderer/ui/clipboard.ts';
import { TableState, compareCells } from '../../src-renderer/ui/table-state.svelte.ts';

const columns = ['a', 'b', 'c', 'd'].map((id) => ({ id, width: 100, hidden: id === 'd' }));
const keys = ['k0', 'k1', 'k2', 'k3', 'k4'];
const keyAt = (i: number) => keys[i];

function table(kept = '') {
  let saved = kept;
  const state = new TableState(null, { read: () => saved, write: (text) => (saved = text) });
  state.define(columns);
  return { state, saved: () => saved };
}

describe('a table', () => {
  it('shows its columns in order, without the hidden ones', () =>
    expect(table().state.visible).toEqual(['a', 'b', 'c']));

  it('remembers order, widths and what is shown', () => {
    const { state, saved } = table();
    state.move('c', 'a');
    state.resize('b', 240.4);
    state.show('d', true);
    state.sortBy('b');
    const again = table(saved()).state;
    expect(again.visible).toEqual(['c', 'a', 'b', 'd']);
    expect(again.width('b')).toBe(240);
    expect(again.sort).toEqual({ column: 'b', descending: false });
  });

  it('gives a column that is new its place beside its neighbour', () => {
    const { state, saved } = table();
    state.move('c', 'a');
    const again = new TableState(null, { read: saved, write: () => {} });
    again.define([columns[0], { id: 'new', width: 80 }, ...columns.slice(1)]);
    expect(again.columns).toEqual(['c', 'a', 'new', 'b', 'd']);
  });

  it('outlives what it cannot read', () => expect(table('{broken').state.visible).toEqual(['a', 'b', 'c']));

  it('never hides its last column, nor narrows one to nothing', () => {
    const { state } = table();
    for (const id of ['a', 'b', 'c']) state.show(id, false);
    expect(state.visible).toEqual(['c']);
    state.resize('c', 2);
    expect(state.width('c')).toBe(48);
  });

  it('sorts up, down, and as it came', () => {
    const { state } = table();
    const seen = [1, 2, 3].map(() => (state.sortBy('a'), state.sort?.descending));
    expect(seen).toEqual([false, true, undefined]);
    state.sortBy('b', 'descending');
    expect(state.sort).toEqual({ column: 'b', descending: true });
  });

  it('selects one, adds with Control, extends with Shift from where it began', () => {
    const { state } = table();
    state.select(1, keyAt);
    state.toggle(3, keyAt);
    expect([...state.selection]).toEqual(['k1', 'k3']);
    state.toggle(3, keyAt);
    expect([...state.selection]).toEqual(['k1']);
    state.select(1, keyAt);
    state.extend(3, keyAt);
    expect([...state.selection]).toEqual(['k1', 'k2', 'k3']);
    state.extend(0, keyAt);
    expect([...state.selection]).toEqual(['k0', 'k1']);
    expect(state.cursor).toBe(0);
  });

  it('selects a row that was chosen before it was loaded, once it is', () => {
    const { state } = table();
    state.select(4, () => undefined);
    expect(state.selection.size).toBe(0);
    state.settle(keyAt);
    state.settle(keyAt);
    expect([...state.selection]).toEqual(['k4']);
  });

  it('skips rows that are not loaded', () => {
    const { state } = table();
    state.select(0, keyAt);
    state.extend(2, (i) => (i === 1 ? undefined : keys[i]));
    expect([...state.selection]).toEqual(['k0', 'k2']);
  });
});

describe('sorting and copying', () => {
  const collator = new Intl.Collator('en', { numeric: true });
  it('puts what is missing last, either way', () => {
    const cells = [3, null, 1, undefined, NaN, 2];
    const sorted = (descending: boolean) => cells.toSorted((a, b) => compareCells(a, b, descending, collator));
    expect(sorted(false).slice(0, 3)).toEqual([1, 2, 3]);
    expect(sorted(true).slice(0, 3)).toEqual([3, 2, 1]);
  });
  it('orders words with numbers in them as people do', () =>
    expect(['run 10', 'run 9'].sort((a, b) => compareCells(a, b, false, collator))).toEqual(['run 9', 'run 10']));
  it('keeps a cell in its cell', () =>
    expect(
      toTsv([
        ['a\tb', 'c\r\nd'],
        ['e', 'f'],
      ]),
    ).toBe('a b\tc d\ne\tf'));
});
