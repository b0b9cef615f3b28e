import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leftOutLine, requireData } from '../../src-main/cli/import.ts';
import { tempFolder } from '../support/temp-workspace.ts';

it.each([
  ['labels/1.txt: line 1', 'labels/1.txt: line 1 is no class.', 'labels/1.txt: line 1 is no class.'],
  ['a.xml: object 1', 'a.xml has no box of four numbers.', 'a.xml has no box of four numbers.'],
  ['line 3', 'line 3 has 4 cells.', 'line 3 has 4 cells.'],
  ['line 3', 'It has 4 cells.', 'line 3: It has 4 cells.'],
  ['a', 'a.png is no image.', 'a: a.png is no image.'],
])('what was left out names its place once: %s, %s', (where, message, told) => {
  expect(leftOutLine(where, message)).toBe(told);
});

it('a language model’s folder is told from data, and how it is added', () => {
  const model = join(tempFolder(), 'my model');
  mkdirSync(model);
  for (const name of ['config.json', 'tokenizer.json', 'generation_config.json'])
    writeFileSync(join(model, name), '{}');
  const refused = () => requireData([model], {});
  expect(refused).toThrow(expect.objectContaining({ code: 'is_a_language_model' }));
  expect(refused).toThrow(`atelier models add "${model}"`);
  // Whoever names a file in it, or its kind, means that.
  expect(() => requireData([model], { file: 'config.json' })).not.toThrow();
  const other = tempFolder();
  writeFileSync(join(other, 'config.json'), '{}');
  expect(() => requireData([other], {})).not.toThrow();
});
