import { describe, expect, it } from 'vitest';
import { measureAnonymity } from '../../../src-main/datasets/privacy/anonymity.ts';
import { scanPrivacy } from '../../../src-main/datasets/privacy/scan.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { failure } from '../../support/data-import.ts';
import { cellsOf, recipeOf, tableOf } from '../../support/recipes.ts';

describe('a scan for personal data', () => {
  const table = {
    names: ['note', 'card', 'id', 'phone', 'amount', 'label'],
    rows: Array.from({ length: 200 }, (_, i) => [
      i % 10 === 0
        ? `write to user${i}@example.com`
        : i % 25 === 1
          ? `call +47 22 33 44 ${10 + (i % 80)}`
          : `plain text ${i}`,
      i % 2 ? '4111111111111111' : '5555555555554444',
      String(1000 + i),
      String(13_800_138_000 + i),
      // One in a hundred looks like a mobile's number.
      String(i % 100 === 0 ? 13_912_345_678 : 100_000 + 7 * i),
      i % 3 ? 'a' : 'b',
    ]),
  };

  it('tells the columns, how many rows, and examples that give nobody away', async () => {
    const { blobs, manifest } = await tableOf(table, 'label');
    const report = await scanPrivacy(blobs, manifest);
    expect(report).toMatchObject({ samples: 200, looked: 200 });
    expect(report.columns.map(({ column, found }) => [column, found.map(({ kind, rows }) => [kind, rows])])).toEqual([
      [
        'note',
        [
          ['email', 20],
          ['phone', 8 - table.rows.filter((_, i) => i % 25 === 1 && i % 10 === 0).length],
        ],
      ],
      ['card', [['card', 200]]],
      ['phone', [['phone', 200]]],
    ]);
    const [{ examples }] = report.columns[0].found;
    expect(examples).toEqual(['u••••@•••••••.••m', 'u•••••@•••••••.••m']);
    expect(JSON.stringify(report)).not.toContain('4111');
  });

  it('finds nothing after the step that it offers', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    for (const how of ['mask', 'hash', 'remove']) {
      const columns = ['note', 'card', 'phone'];
      const next = await revise(recipeOf(['personal', { columns, how, salt: 'a salt of its own' }]), manifest);
      expect([how, (await scanPrivacy(blobs, next.manifest)).columns]).toEqual([how, []]);
      const [first] = await cellsOf(blobs, next.manifest);
      expect(first[2]).toBe('1000');
      if (how === 'mask') expect(first.slice(0, 2)).toEqual(['write to [email]', '[card]']);
      if (how === 'remove') expect(first.slice(0, 2)).toEqual(['write to', null]);
      if (how === 'hash') expect(first[1]).toMatch(/^card:[0-9a-f]{16}$/);
    }
  });

  it('refuses to hash with a salt that is easily guessed', async () => {
    const { revise } = await tableOf(table, 'label');
    const error = await failure(revise(recipeOf(['personal', { how: 'hash', salt: 'short' }])));
    expect([error.code, error.message]).toEqual(['invalid_settings', expect.stringContaining('salt has fewer than 8')]);
    expect(error.message).toContain('Step 1 (personal)');
  });
});

describe('k-anonymity', () => {
  const random = new Random(4);
  const table = {
    names: ['age', 'sex', 'post', 'born', 'pay', 'label'],
    rows: Array.from({ length: 400 }, () => [
      random.below(30) === 0 ? null : String(20 + random.below(40)),
      random.below(2) ? 'f' : 'm',
      `N${100 + random.below(40)}`,
      `19${60 + random.below(20)}-0${1 + random.below(9)}-1${random.below(9)}`,
      String(random.below(100_000)),
      random.below(2) ? 'yes' : 'no',
    ]),
  };
  const groupsOf = (keys: (row: (string | null)[]) => string) => {
    const counts = new Map<string, number>();
    for (const row of table.rows) counts.set(keys(row), (counts.get(keys(row)) ?? 0) + 1);
    const sizes = [...counts.values()];
    return {
      k: Math.min(...sizes),
      groups: sizes.length,
      exposed: sizes.filter((n) => n < 5).reduce((sum, n) => sum + n, 0),
    };
  };

  it('is counted as a plain walk over the rows counts it', async () => {
    const { blobs, manifest } = await tableOf(table, 'label');
    const report = await measureAnonymity(blobs, manifest, ['age', 'sex'], 5);
    expect(report).toMatchObject(groupsOf(([age, sex]) => `${age}|${sex}`));
    expect(report.exposed).toBeGreaterThan(0);
    expect(report.worst[0].rows).toBe(report.k);
    for (const { values, rows } of report.worst) {
      expect(table.rows.filter(([age, sex]) => age === values[0] && sex === values[1])).toHaveLength(rows);
    }
  });

  it('says what each remedy would give, as the recipe then does', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label');
    const names = ['age', 'sex', 'post', 'born'];
    const report = await measureAnonymity(blobs, manifest, names, 5);
    expect(report.remedies.map(({ column, kind }) => [column, kind]).toSorted()).toEqual([
      ['age', 'bands'],
      ['born', 'coarse-dates'],
      ['post', 'prefix'],
    ]);
    for (const { kind, settings, k, exposed } of report.remedies.slice(0, 2)) {
      const next = await revise(recipeOf([kind, settings]), manifest);
      expect(await measureAnonymity(blobs, next.manifest, names, 5)).toMatchObject({ k, exposed });
    }
    const steps = report.remedies.map(({ kind, settings }): [string, typeof settings] => [kind, settings]);
    const next = await revise(recipeOf(...steps), manifest);
    expect(await measureAnonymity(blobs, next.manifest, names, 5)).toMatchObject(report.together!);
    expect(report.together!.exposed).toBeLessThan(report.exposed);
  });

  it('of a target has no remedy, and asks for columns that there are', async () => {
    const { blobs, manifest } = await tableOf(table, 'pay');
    expect((await measureAnonymity(blobs, manifest, ['pay'], 5)).remedies).toEqual([]);
    expect((await failure(measureAnonymity(blobs, manifest, ['wage'], 5))).code).toBe('unknown_column');
    expect((await failure(measureAnonymity(blobs, manifest, [], 5))).code).toBe('bad_arguments');
  });
});
