import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRecipeFile } from '../../../../src-main/datasets/recipes/file/open.ts';
import { failure } from '../../../support/data-import.ts';
import { tableOf } from '../../../support/recipes.ts';
import { tempFolder } from '../../../support/temp-workspace.ts';

const table = {
  names: ['age', 'capital_gain', 'city', 'label'],
  rows: Array.from({ length: 20 }, (_, i) => [String(i), String(i * 7), ['Oslo', 'Rome'][i % 2], i % 3 ? 'no' : 'yes']),
};

describe("a recipe's file, used on a table", () => {
  it('tells the columns that the table lacks, where, and what is called alike', async () => {
    const { manifest } = await tableOf(table, 'label');
    const path = join(tempFolder(), 'other.recipe.yaml');
    writeFileSync(
      path,
      [
        'version: 1',
        'steps:',
        '  - kind: trim',
        '    enabled: false',
        '    settings: {columns: [nowhere]}',
        '  - kind: one-hot',
        '    settings: {columns: [City]}',
        '  - kind: standard',
        '    settings:',
        '      columns:',
        '        - age',
        '        - capital-gain',
        '        - "city=Oslo"',
        '        - weight',
      ].join('\n'),
    );
    const { recipe, missing } = await openRecipeFile(path, manifest);
    expect(recipe.steps).toHaveLength(3);
    expect(missing).toEqual([
      { step: 2, kind: 'one-hot', field: 'columns', name: 'City', line: 7, near: ['city'] },
      { step: 3, kind: 'standard', field: 'columns', name: 'capital-gain', line: 12, near: ['capital_gain'] },
      { step: 3, kind: 'standard', field: 'columns', name: 'weight', line: 14, near: [] },
    ]);
  });

  it('refuses what is no text, no file, or larger than any recipe', async () => {
    const { manifest } = await tableOf(table, 'label');
    const folder = tempFolder();
    const at = (name: string) => join(folder, name);
    mkdirSync(at('folder'));
    writeFileSync(at('pixels.yaml'), Uint8Array.of(0x76, 0xff, 0xfe));
    writeFileSync(at('large.yaml'), 'version: 1\n');
    truncateSync(at('large.yaml'), 5 * 2 ** 20);
    const said = async (name: string) => {
      const { code, message } = await failure(openRecipeFile(at(name), manifest));
      return `${code}: ${message.replace(at(name), name)}`;
    };
    expect(await said('folder')).toBe('invalid_recipe: folder is no file. Choose a recipe, as YAML or JSON.');
    expect(await said('pixels.yaml')).toMatch(/^invalid_recipe: pixels.yaml is no text in UTF-8/);
    expect(await said('large.yaml')).toMatch(/^invalid_recipe: large.yaml is larger than any recipe/);
    expect(await said('none.yaml')).toMatch(/^invalid_recipe: none.yaml cannot be read: ENOENT/);
  });
});
