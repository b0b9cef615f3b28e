import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atelier, done, samples } from '../support/built-cli.ts';
import { tempFolder } from '../support/temp-workspace.ts';

it('shows samples by filter, class and split, and profiles columns', async () => {
  const folder = tempFolder();
  const rows = Array.from(
    { length: 300 },
    (_, i) => `${i % 10}.5,${['red', 'blue', 'green'][i % 3]},${i % 2 ? 'yes' : 'no'}`,
  );
  writeFileSync(join(folder, 'small.csv'), `size,colour,kind\n${rows.join('\n')}\n`);
  await done(folder, 'import', 'small.csv', '--target', 'kind');

  const filtered = await done(
    folder,
    ...['data', 'sample', 'small', '--filter', "size > 6 AND colour = 'red'", '--class', 'yes'],
    ...['--sort', 'size', '--desc', '--limit', '500', '--json'],
  );
  const expected = rows.flatMap((row, i) => {
    const [size, colour, kind] = row.split(',');
    return Number(size) > 6 && colour === 'red' && kind === 'yes' ? [{ sample: i, size: Number(size) }] : [];
  });
  expect(filtered.lines.map((line) => line.sample)).toEqual(
    expected.sort((a, b) => b.size - a.size || a.sample - b.sample).map(({ sample }) => sample),
  );
  expect(filtered.lines[0]).toMatchObject({ label: 'yes', cells: { colour: 'red', kind: 'yes' } });
  const counted = await done(folder, 'data', 'sample', 'small', '--filter', "colour = 'red'", '--count', '--json');
  expect(counted.lines).toEqual([{ samples: 100, of: 300 }]);
  expect((await done(folder, 'data', 'sample', 'small', '--limit', '3')).stdout.trim().split('\n')).toHaveLength(4);

  const refused = await atelier(
    folder,
    'data',
    'sample',
    'small',
    '--filter',
    "EXISTS (FROM read_text('/etc/hostname'))",
  );
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^error: filter_sql: /)]);
  const unknown = await atelier(folder, 'data', 'sample', 'small', '--class', 'perhaps');
  expect(unknown.stderr).toMatch(/^error: no_such_class: .*no, yes/);

  const profile = (await done(folder, 'data', 'profile', 'small', '--associations', '--json')).lines;
  const columns = profile.filter((line) => 'column' in line);
  expect(columns.map((line) => [line.column, line.type, line.missing, line.distinct])).toEqual([
    ['size', 'number', 0, 10],
    ['colour', 'category', 0, 3],
    ['kind', 'category', 0, 2],
  ]);
  expect(columns[0].number).toMatchObject({ min: 0.5, max: 9.5, mean: 5, integers: false });
  expect(columns[1].top).toContainEqual({ value: 'red', count: 100 });
  expect(profile.filter((line) => 'a' in line)).toHaveLength(3);
  // i mod 10 tells whether i is even.
  expect(profile.filter((line) => 'leak' in line)).toMatchObject([{ leak: 'size', measure: 'accuracy', score: 1 }]);
  expect((await done(folder, 'data', 'profile', 'small')).stdout).toMatch(
    /Warning: "size" alone tells "kind" in 100.0 %/,
  );
});

it('shows images by class', async () => {
  const folder = tempFolder();
  await done(folder, 'import', join(samples, 'glyphs'));
  const lines = (await done(folder, 'data', 'profile', 'glyphs', '--json')).lines;
  const first = lines[0] as { class: string; samples: number };
  const shown = (await done(folder, 'data', 'sample', 'glyphs', '--class', first.class, '--limit', '2000', '--json'))
    .lines;
  expect(shown).toHaveLength(first.samples);
  expect(new Set(shown.map((line) => line.label))).toEqual(new Set([first.class]));
});
