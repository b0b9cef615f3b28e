import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atelier } from '../support/fake-host.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';

/** The real utilities, as they stand in the source. */
const run = (folder: string, ...args: string[]) =>
  atelier(folder, args, undefined, (name) => join(repository, 'src-main/utility', `${name}.ts`));

it('a table is imported, and its rows come out as one file that is called after it', { timeout: 120_000 }, async () => {
  const folder = tempFolder();
  const rows = Array.from({ length: 20 }, (_, i) => `00${i},${i},"a, ${i}"\n`);
  writeFileSync(join(folder, 'parts.csv'), `code,n,words\n${rows.join('')}`);
  expect((await run(folder, 'import', 'parts.csv', '--name', 'My parts')).code).toBe(0);
  const made = await run(
    folder,
    ...['data', 'export', 'My parts', '--format', 'rows-csv', '--out', 'out', '--filter', 'n >= 18', '--json'],
  );
  const file = join(folder, 'out', 'My-parts.csv');
  expect(made.lines).toEqual([
    {
      path: join(folder, 'out'),
      format: 'rows-csv',
      files: 1,
      bytes: statSync(file).size,
      samples: 2,
      annotations: 0,
      lost: [],
    },
  ]);
  expect(readFileSync(file, 'utf8')).toMatch(/^code,n,words,split\n0018,18,"a, 18",\w+\n0019,19,"a, 19",\w+\n$/);
  const again = await run(folder, 'data', 'export', 'My parts', '--format', 'rows-parquet', '--out', 'out');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('error: folder_not_empty')]);
  const marks = await run(folder, 'data', 'export', 'My parts', '--format', 'spacy', '--out', 'other');
  expect(marks.stderr).toContain('error: no_annotations');
  expect(marks.stderr).toContain('rows-parquet');
});
