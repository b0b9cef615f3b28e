import { describe, expect, it } from 'vitest';
import { guardYaml } from '../../../../src-main/datasets/recipes/file/guard.ts';
import { readRecipeText } from '../../../../src-main/datasets/recipes/file/read.ts';
import { stepInfos } from '../../../../src-main/datasets/recipes/index.ts';
import { AtelierError } from '../../../../src-main/shared/errors.ts';

const read = (text: string) => readRecipeText(text, stepInfos);
function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof AtelierError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken';
}
const steps = (...lines: string[]) => ['version: 1', 'steps:', ...lines].join('\n');

describe("a recipe's file that people write", () => {
  it('has usual settings and ids where none are said, and the lines of what it names', () => {
    const written = read(
      `# by hand\n${steps('  - kind: fill', '    settings: {columns: [age, 2019, true], with: median}', '  - kind: fill', '    settings:', '      columns:', '        - pay', '        - "a, b"', '  - kind: standard', '    enabled: false')}\n`,
    );
    expect(
      written.recipe.steps.map(({ id, kind, enabled, settings }) => [id, kind, enabled, settings.columns]),
    ).toEqual([
      ['fill', 'fill', true, ['age', '2019', 'true']],
      ['fill-2', 'fill', true, ['pay', 'a, b']],
      ['standard', 'standard', false, []],
    ]);
    expect(written.recipe.steps[0].settings.with).toBe('median');
    expect(written.steps.map(({ line, columns }) => [line, columns.map((each) => each.line)])).toEqual([
      [4, [5, 5, 5]],
      [6, [9, 10]],
      [11, []],
    ]);
  });

  it('may be JSON, by tabs too, and may have no step', () => {
    const json = JSON.stringify({ version: 1, steps: [{ id: 'a', kind: 'trim', settings: {} }] }, null, '\t');
    expect(read(json).recipe.steps[0]).toMatchObject({ id: 'a', kind: 'trim', enabled: true });
    expect(read('version: 1\nsteps:\n').recipe).toEqual({ version: 1, steps: [] });
  });

  it.each([
    ['nothing', '', 'invalid_recipe: Line 1: A recipe is no map of keys and values: "version: 1" and "steps:".'],
    ['another version', 'version: 2\nsteps: []', /^invalid_recipe: Line 1: Recipes of version 1 are understood/],
    ['no steps', 'version: 1', /^invalid_recipe: Line 1: "steps:"/],
    ['steps that are no list', 'version: 1\nsteps: trim', /^invalid_recipe: Line 2: steps is no list/],
    ['a strange key', 'version: 1\nstep: []', 'invalid_recipe: Line 2: A recipe has no "step". Did you mean "steps"?'],
    ['a step without a kind', steps('  - settings: {}'), /^invalid_recipe: Line 3: Step 1 says no kind/],
    [
      'an unknown step',
      steps('  - kind: standart'),
      'unknown_step: Line 3: There is no step "standart". Did you mean "standard"?',
    ],
    [
      'an unknown setting',
      steps('  - kind: fill', '    settings:', '      colums: [age]'),
      'invalid_settings: Line 5: Step 1 (fill) has no "colums". Did you mean "columns"?',
    ],
    [
      'a value out of range',
      steps('  - kind: trim', '  - kind: bins', '    settings:', '      columns: [age]', '      count: 1'),
      /^invalid_settings: Line 7: Step 2 \(bins\): count=1 is not a whole number from 2 to/,
    ],
    [
      'what a step cannot do without',
      steps('  - kind: drop'),
      /^invalid_settings: Line 3: Step 1 \(drop\): columns names no column/,
    ],
    ['no value', steps('  - kind: fill', '    settings:', '      columns: [age, null]'), /^invalid_settings: Line 5: /],
    [
      'a map for a value',
      steps('  - kind: fill', '    settings:', '      with: {a: 1}'),
      /^invalid_settings: Line 5: /,
    ],
    [
      'the same key twice',
      steps('  - kind: trim', '    kind: trim'),
      /^invalid_recipe: Line 4: .* twice, in line 3 too/,
    ],
    [
      'the same id twice',
      steps('  - kind: trim', '  - {kind: case, id: trim}'),
      /^invalid_recipe: Line 4: .*"trim" of the one in line 3/,
    ],
    [
      'a word for on and off',
      steps('  - kind: trim', '    enabled: yes'),
      /^invalid_recipe: Line 4: enabled is neither/,
    ],
    [
      'broken YAML',
      steps('  - kind: "trim'),
      /^invalid_recipe: Line \d: This cannot be read as YAML or JSON: Missing closing/,
    ],
    [
      'a prototype',
      steps('  - kind: trim', '    settings: {__proto__: 1}'),
      /^invalid_settings: Line 4: .*has no "__proto__"/,
    ],
  ])('refuses %s, with its line', (_, text, wanted) => {
    if (typeof wanted === 'string') expect(refusal(text)).toBe(wanted);
    else expect(refusal(text)).toMatch(wanted);
  });

  it.each([
    ['aliases', `a: &a [x]\nb: [${'*a, '.repeat(20)}]`, /Line 1: "&a" is an anchor/],
    ['a merge', steps('  - <<: *trim'), /Line 3: "\*trim" is an alias/],
    ['tags', steps('  - kind: !!js/function "x"'), /Line 3: .* is a tag/],
    ['directives', '%YAML 1.1\n---\nversion: 1', /Line 1: .*directive/],
    ['more than one document', 'version: 1\nsteps: []\n---\nversion: 1\n', /Line 3: Another document/],
    ['nested brackets', '['.repeat(1e6), /Line 1: Brackets are nested/],
    ['nested lists', '- '.repeat(5e5), /Line 1: One line holds more levels/],
    ['nested keys', '? '.repeat(5e5), /Line 1: One line holds more levels/],
    [
      'nested lines',
      Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /Line 202: It is indented deeper/,
    ],
  ])('refuses %s before they cost anything', (_, text, wanted) => {
    expect(refusal(text)).toMatch(wanted);
  });

  it('refuses what is longer than any recipe', () => {
    expect(() => guardYaml('a: 1\n'.repeat(100), 60)).toThrow('Line 9: The file is longer than any recipe.');
  });

  it('refuses more steps than recipes have, and texts longer than they are', () => {
    const tooMany = (count: number): string => steps(...Array.from({ length: count }, () => '  - kind: trim'));
    expect(refusal(tooMany(101))).toMatch(/^invalid_recipe: Line 103: A recipe has at most 100 steps; here are 101/);
    // Nothing is done for each of them.
    expect(refusal(tooMany(20_000))).toMatch(/here are 20000/);
    expect(refusal(steps('  - kind: filter', `    settings: {condition: ${'a'.repeat(2001)}}`))).toMatch(
      /^invalid_recipe: /,
    );
  });
});
