import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sniffDialect } from '../../src-main/datasets/csv/sniff.ts';
import { surveyTable } from '../../src-main/datasets/csv/survey.ts';

const folder = mkdtempSync(join(tmpdir(), 'atelier-survey-'));
afterAll(() => rmSync(folder, { recursive: true }));

const survey = async (text: string): Promise<{ plainNumbers: boolean }> => {
  const path = join(folder, 'table.csv');
  writeFileSync(path, text);
  return surveyTable(
    { path, relative: 'table.csv' },
    sniffDialect(text, true)!,
    new AbortController().signal,
    () => undefined,
  );
};

it.each([
  ['neither sign in it', 'a,b\n1,2\n3,-4e5\n', true],
  ['one in its header', 'petal_length,b+c\n1,2\n3,4\n', true],
  ['an underscore below it', 'a,b\n1,2\n1_000,4\n', false],
  ['a plus below it', 'a,b\n1,+-2\n3,4\n', false],
  ['no header', 'x_1,2\nx_2,4\nx_3,6\n', false],
  ['one after many rows', `a_b,c\n${'1,2\n'.repeat(400_000)}1_0,2\n`, false],
])('a file with %s', async (_, text, plainNumbers) => {
  expect(await survey(text)).toMatchObject({ plainNumbers });
});
