import { describe, expect, it } from 'vitest';
import { readRecipeText } from '../../../../src-main/datasets/recipes/file/read.ts';
import { recipeText } from '../../../../src-main/datasets/recipes/file/write.ts';
import { stepInfos } from '../../../../src-main/datasets/recipes/index.ts';
import { Random } from '../../../../src-main/shared/random.ts';
import {
  completeStep,
  newSettings,
  type Recipe,
  type StepField,
  type StepValue,
} from '../../../../src-main/shared/recipe.ts';

const origin = { dataset: 'adult', version: 3 };
const again = (text: string) => readRecipeText(text, stepInfos).recipe;

/** What YAML could take for something else, or not show as it is. */
const names = [
  ...[
    'age',
    'null',
    '~',
    'true',
    'Yes',
    '2019',
    '007',
    '1e3',
    '0x1F',
    '.inf',
    '2020-01-01',
    'a: b',
    '# no',
    '- x',
    '*a',
    '&a',
    '!t',
  ],
  ...[
    '%',
    '@',
    '`',
    '"',
    "'",
    '[a',
    '{a',
    ' lead',
    'trail ',
    'tab\there',
    'two\nlines',
    'end\n',
    '\n',
    'é 年龄 😀',
    'a'.repeat(300),
  ],
  ...['<<', '---', '...', '? q', '|', '>', '\u0007', '\u2028', '\ufeff', 'C:\\new', '{{x}}', ': ', 'a #b', 'a\r\nb'],
];

function someOf(field: StepField, random: Random): StepValue {
  const name = () => names[random.below(names.length)];
  switch (field.kind) {
    case 'columns':
      return Array.from({ length: 1 + random.below(12) }, name);
    case 'integer':
      return field.min + random.below(Math.min(50, field.max - field.min + 1));
    case 'number':
      return [field.min, field.max, field.min + (field.max - field.min) / (3 + random.below(1e6))][random.below(3)];
    case 'choice':
      return field.choices[random.below(field.choices.length)];
    case 'choices':
      return field.choices.filter((_, i) => i === 0 || random.below(2) === 0);
    case 'boolean':
      return random.below(2) === 0;
    case 'text':
      return name();
  }
}

function someRecipe(random: Random): Recipe {
  const steps = Array.from({ length: random.below(8) }, (_, i) => {
    const info = stepInfos[random.below(stepInfos.length)];
    const settings = { ...newSettings(info) };
    for (const field of info.fields) if (random.below(3) > 0) settings[field.key] = someOf(field, random);
    if (info.fields.some((field) => field.kind === 'columns' && field.required))
      for (const field of info.fields) settings[field.key] = someOf(field, random);
    for (const field of info.fields)
      if (field.kind === 'text' && field.required && settings[field.key] === '') settings[field.key] = 'x';
    return {
      id: random.below(2) === 0 ? `${info.kind}-${i}` : names[random.below(15)] + String(i),
      kind: info.kind,
      settings: completeStep(info, settings),
      enabled: random.below(4) > 0,
    };
  });
  return { version: 1, steps };
}

describe('a recipe that is written', () => {
  it('is read as it was, whatever its columns are called', () => {
    for (let seed = 0; seed < 60; seed++) {
      const recipe = someRecipe(new Random(seed));
      expect(again(recipeText(recipe, origin))).toEqual(recipe);
    }
  });

  it('is for people to read, and says what it is', () => {
    const recipe: Recipe = {
      version: 1,
      steps: [
        { id: 'fill', kind: 'fill', settings: { columns: ['age', 'pay'], with: 'median', value: '' }, enabled: true },
        { id: 'fill-2', kind: 'fill', settings: { columns: [], with: 'mode', value: '' }, enabled: false },
        { id: 'mine', kind: 'filter', settings: { condition: "city != 'Oslo'" }, enabled: true },
      ],
    };
    const text = recipeText(recipe, { dataset: 'people\n# not mine', version: 3 });
    const head = text.split('\n').filter((line) => line.startsWith('#'));
    expect(head[0]).toBe('# A recipe of Atelier: the steps that prepare a table, from the top down.');
    expect(head[1]).toBe('# It was saved from the dataset "people\\n# not mine", version 3.');
    expect(text).toContain(`steps:
  - kind: fill
    settings:
      columns: [age, pay]
      with: median
      value: ""
  - kind: fill
    enabled: false
    settings:
      columns: []
      with: mode
      value: ""
  - kind: filter
    id: mine
    settings:
      condition: city != 'Oslo'
`);
    expect(again(text)).toEqual(recipe);
  });

  it('names the secret that data were concealed by as one', () => {
    const personal = stepInfos.find(({ kind }) => kind === 'personal')!;
    const settings = completeStep(personal, { ...newSettings(personal), columns: ['note'], how: 'hash', salt: 'ab12' });
    const recipe: Recipe = { version: 1, steps: [{ id: 'personal', kind: 'personal', settings, enabled: true }] };
    const text = recipeText(recipe, origin);
    expect(text).toMatch(/salt: ab12 # a secret: /);
    expect(again(text)).toEqual(recipe);
    expect(again(text.replace(/.*salt: .*\n/, '')).steps[0].settings.salt).toMatch(/^[0-9a-f]{32}$/);
  });
});
