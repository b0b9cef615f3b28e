import { describe, expect, it } from 'vitest';
import { Importing } from '../../../src-renderer/state/importing.svelte.ts';
import { navigation } from '../../../src-renderer/state/navigation.svelte.ts';
import { fakeBridge } from '../fake-bridge.ts';

describe('an import', () => {
  const offered = {
    id: 'o1',
    found: [
      {
        kind: 'table',
        file: 'iris.csv',
        sheet: null,
        suggestedName: 'iris',
        files: 1,
        folders: 0,
        bytes: 9,
        columns: ['a', 'b'],
        target: 'b',
      },
      {
        kind: 'image-folder',
        file: null,
        sheet: null,
        suggestedName: 'all',
        files: 4,
        folders: 2,
        bytes: 9,
        columns: [],
        target: null,
      },
    ],
  };
  it('begins with what was suggested, and sends what was said', async () => {
    const bridge = fakeBridge({ 'imports.offer': () => offered, 'imports.start': () => 'job_x' });
    const importing = new Importing(bridge);
    await importing.drop([]);
    expect([importing.name, importing.target]).toEqual(['iris', 'b']);
    importing.name = ' flowers ';
    importing.target = null;
    await importing.start();
    expect(bridge.asked).toEqual([['imports.start', { offer: 'o1', choice: 0, name: 'flowers', target: null }]]);
    expect(importing.open).toBe(false);
  });
  it('of what was read from there before becomes its next version, where it is the same thing that lies there', async () => {
    const from = {
      dataset: 'dataset_a',
      name: 'iris',
      latestVersion: 'version_a',
      kind: null,
      file: null,
      sheet: null,
    };
    const sources = [
      { ...from, dataset: 'dataset_b', file: 'other.csv' },
      { ...from, kind: 'table' },
    ];
    const bridge = fakeBridge({ 'imports.offer': () => ({ ...offered, sources }), 'imports.into': () => 'job_y' });
    const importing = new Importing(bridge);
    await importing.drop([]);
    importing.pick(1);
    expect(importing.source).toBeNull();
    importing.pick(0);
    expect(importing.source?.dataset).toBe('dataset_a');
    await importing.grow();
    expect(bridge.asked).toEqual([['imports.into', { dataset: 'dataset_a' }]]);
    expect([importing.open, importing.grownFrom('job_y' as never)]).toEqual([false, 'version_a']);
  });
  it('of runs asks nothing, and leads to them', async () => {
    const made = { runs: [], added: 2, grown: 0, unchanged: 0, points: 9, refused: [], remarks: [] };
    const bridge = fakeBridge({
      'imports.offer': () => ({ id: 'o2', found: [], runs: true }),
      'runs.import': () => made,
    });
    const importing = new Importing(bridge);
    await importing.drop([]);
    expect(bridge.asked).toEqual([['runs.import', { offer: 'o2' }]]);
    expect([importing.open, navigation.place]).toEqual([false, 'runs']);
  });
  it('takes another one of what was found', async () => {
    const bridge = fakeBridge({ 'imports.offer': () => offered, 'imports.start': () => 'job_x' });
    const importing = new Importing(bridge);
    await importing.drop([]);
    importing.pick(1);
    expect([importing.name, importing.target, importing.offer?.kind]).toEqual(['all', undefined, 'image-folder']);
    await importing.start();
    expect(bridge.asked).toEqual([['imports.start', { offer: 'o1', choice: 1, name: 'all' }]]);
  });
  it('shows why a drop cannot be taken', async () => {
    const importing = new Importing(fakeBridge({ 'imports.offer': () => Promise.reject(new Error('no')) }));
    await importing.drop([]);
    expect(importing.error?.message).toBe('no');
    expect(importing.open).toBe(true);
  });
  it('stays closed when the dialog of the system is dismissed', async () => {
    const importing = new Importing(fakeBridge({ 'imports.choose': () => null }));
    await importing.choose('files');
    expect(importing.open).toBe(false);
  });
});
