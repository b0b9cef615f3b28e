import { describe, expect, it } from 'vitest';
import { readBlob, writeBlob } from '../../../src-main/datasets/blobs.ts';
import { joined } from '../../../src-main/datasets/leaks/across.ts';
import { findAcrossTime } from '../../../src-main/datasets/leaks/across-time.ts';
import { checkLeaks, type LeakContext } from '../../../src-main/datasets/leaks/check.ts';
import { bringTogether, together } from '../../../src-main/datasets/leaks/together.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import type { LeakQuestion } from '../../../src-main/shared/leaks.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { png } from '../../support/data-pictures.ts';

const context = (): LeakContext => ({ ...quietContext(), pause: () => Promise.resolve() });

/** 300 samples of 50 users, ordered by day; samples 290 … 299 repeat 0 … 9, the last five of these with another label. */
async function table() {
  const folder = await dataFolder();
  const line = (i: number) => {
    const like = i >= 290 ? i - 290 : i;
    const label = i >= 295 ? 'other' : like % 2 ? 'odd' : 'even';
    return `u${like % 50},2024-${String(1 + Math.floor(like / 28)).padStart(2, '0')}-${String(1 + (like % 28)).padStart(2, '0')},${like * 3},${like % 7},${label}`;
  };
  await writeFiles(folder.path, {
    'data.csv': `user_id,day,size,rank,label\n${Array.from({ length: 300 }, (_, i) => line(i)).join('\n')}\n`,
  });
  const { manifest } = await importFrom(folder, ['data.csv'], { target: 'label' });
  const split = Uint8Array.from({ length: 300 }, (_, i) => (i >= 280 ? 2 : i % 10 === 9 ? 1 : 0));
  const divided = { ...manifest, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
  const check = (question: LeakQuestion = {}, of = divided) => checkLeaks(folder.blobs, of, question, context());
  return { ...folder, manifest: divided, split, check };
}

describe('a table', () => {
  it('is told which samples are in two splits, and which of them have two labels', async () => {
    const { check } = await table();
    const { report } = await check();
    expect(report.held).toBe(48);
    const exact = report.findings.find(({ kind }) => kind === 'exact')!;
    expect(exact).toMatchObject({ samples: { validation: 0, test: 10 }, sets: 10, conflicts: 5, pairCount: 10 });
    expect(exact.pairs).toEqual(Array.from({ length: 10 }, (_, i) => ({ other: i, held: 290 + i, likeness: 1 })));
  });

  it('is told of groups, named or looking so, and of time', async () => {
    const { check } = await table();
    const { report } = await check();
    const groups = report.findings.filter(({ kind }) => kind === 'groups');
    expect(groups.map(({ column, suggested }) => [column, suggested])).toEqual([['user_id', true]]);
    // Users 0 … 9 and 30 … 39; those with a number that ends in 9 are in validation besides, else in train.
    expect(groups[0]).toMatchObject({ samples: { validation: 0, test: 20 }, sets: 20 });
    const time = report.findings.find(({ kind }) => kind === 'time')!;
    expect(time).toMatchObject({ column: 'day', sets: 0, samples: { validation: 27, test: 10 } });
    const named = (await check({ groups: ['rank'] })).report.findings.filter(({ kind }) => kind === 'groups');
    expect(named.map(({ column, suggested }) => [column, suggested])).toEqual([
      ['rank', false],
      ['user_id', true],
    ]);
  });

  it('is mended: copies move together, groups and time are divided by', async () => {
    const { blobs, manifest, check, split } = await table();
    const { manifest: mended, change } = await bringTogether(
      blobs,
      manifest,
      { copies: 'exact', into: 'train' },
      context(),
    );
    expect(change).toBe('copies together: 10 samples moved, exact copies into train');
    expect((await check({}, mended)).report.findings.map(({ kind }) => kind)).not.toContain('exact');
    const next = await readBlob(blobs, mended.blobs.split);
    for (let i = 290; i < 300; i++) expect(next[i]).toBe(split[i - 290]);
    const grouped = await reviseDataset({
      blobs,
      manifest,
      split: { how: 'grouped', column: 'user_id', seed: 1, validation: 0.2, test: 0.2 },
    });
    expect((await check({}, grouped.manifest)).report.findings.map(({ kind }) => kind)).toEqual(['time']);
    const timed = await reviseDataset({
      blobs,
      manifest,
      split: { how: 'time', column: 'day', seed: 1, validation: 0.2, test: 0.2 },
    });
    expect((await check({}, timed.manifest)).report.findings.map(({ kind }) => kind)).not.toContain('time');
  });

  it('answers the same question from what it kept', async () => {
    const { check, blobs, manifest } = await table();
    const first = await check();
    const stopped = new AbortController();
    stopped.abort(new Error('It is looked for again.'));
    const again = await checkLeaks(blobs, manifest, {}, { ...context(), signal: stopped.signal });
    expect(again).toEqual(first);
    await expect(
      checkLeaks(blobs, manifest, { time: 'size' }, { ...context(), signal: stopped.signal }),
    ).rejects.toThrow('It is looked for again.');
  });

  it('refuses what it does not have, and what is no time', async () => {
    const { check, blobs, manifest } = await table();
    expect((await failure(check({ groups: ['nobody'] }))).code).toBe('unknown_column');
    expect((await failure(check({ time: 'user_id' }))).code).toBe('unreadable_dates');
    const { manifest: mended } = await bringTogether(blobs, manifest, { copies: 'exact', into: 'test' }, context());
    expect((await failure(bringTogether(blobs, mended, { copies: 'exact', into: 'test' }, context()))).code).toBe(
      'no_change',
    );
  });
});

it('images are told of copies, and of groups by the beginning of their names', async () => {
  const folder = await dataFolder();
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 60; i++) {
    // The last of each ten is the picture of the first.
    const like = i % 10 === 9 ? i - 9 : i;
    const colour = { r: (like * 37) % 256, g: (like * 91) % 256, b: (like * 53) % 256 };
    files[`set/${'ab'[i % 2]}/scan${i % 12}_${i}.png`] = await png({ colour });
  }
  await writeFiles(folder.path, files);
  const { manifest } = await importFrom(folder, ['set']);
  const names = JSON.parse(new TextDecoder().decode(await readBlob(folder.blobs, manifest.blobs.names!))) as string[];
  const number = (name: string) => Number(/_(\d+)\.png/.exec(name)![1]);
  const split = Uint8Array.from(names, (name) => (number(name) % 10 === 9 ? 2 : 0));
  const divided = { ...manifest, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
  const { report } = await checkLeaks(folder.blobs, divided, {}, context());
  const [exact, groups] = report.findings;
  expect(exact).toMatchObject({ kind: 'exact', samples: { validation: 0, test: 6 }, sets: 6, conflicts: 6 });
  for (const { other, held } of exact.pairs) expect(number(names[held]) - number(names[other])).toBe(9);
  expect(groups).toMatchObject({ kind: 'groups', suggested: true, pattern: '([^/]+)[_-][^/_-]*$' });
  expect((await failure(checkLeaks(folder.blobs, divided, { groups: ['('] }, context()))).code).toBe('invalid_pattern');
});

describe('what copies do', () => {
  it('go where the first of their splits is, or the last', () => {
    const groups = { ids: Int32Array.of(0, 0, 1, 1, 1, -1, 2), count: 3 };
    const split = Uint8Array.of(0, 2, 1, 2, 2, 2, 1);
    expect(together(groups, split, 'train')).toEqual({ next: Uint8Array.of(0, 0, 1, 1, 1, 2, 1), moved: 3 });
    expect(together(groups, split, 'test')).toEqual({ next: Uint8Array.of(2, 2, 2, 2, 2, 2, 1), moved: 2 });
  });

  it('join through others', () => {
    const known = { ids: Int32Array.of(0, 1, 2, 0, 3), count: 4 };
    const { ids } = joined([{ other: 0, held: 1 }], 5, known);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(3);
  });
});

it('time runs across where a later split is not newer', () => {
  const split = Uint8Array.of(0, 0, 1, 1, 2, 2, 2);
  const times = Float64Array.of(1, 5, 5, 6, 4, NaN, 9);
  const found = findAcrossTime(times, split, 'when')!;
  expect(found.pairs).toEqual([{ other: 1, held: 4, likeness: 1 }]);
  expect(findAcrossTime(Float64Array.of(1, 2, 3, 4, 5, 6, 7), split, 'when')).toBeNull();
});
