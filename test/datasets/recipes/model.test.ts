import { describe, expect, it } from 'vitest';
import { stepKinds } from '../../../src-main/datasets/recipes/index.ts';
import { Random } from '../../../src-main/shared/random.ts';
import type { StepSettings } from '../../../src-main/shared/recipe.ts';
import { recipeOf, sharedFolder, tableOf, threeWays, type Table } from '../../support/recipes.ts';

type Of = 'text' | 'number' | 'date';
/** Of every kind of step that goes into a model, each way it can be set: on a column of its own. */
const cases: [kind: string, of: Of, settings?: StepSettings][] = [
  ['drop', 'text'],
  ['type', 'number', { to: 'category' }],
  ['type', 'text', { to: 'number' }],
  ['trim', 'text'],
  ['case', 'text', { to: 'lower' }],
  ['case', 'text', { to: 'upper' }],
  ['replace', 'text', { find: 'ab', with: 'x.y' }],
  ['replace', 'text', { find: '.', with: '' }],
  ['replace', 'text', { find: 'o', with: 'oo' }],
  ['regex', 'text', { pattern: '([a-z]+)\\b', with: '<\\1>' }],
  ['html', 'text'],
  ['urls', 'text'],
  ['urls', 'text', { with: 'URL\\1' }],
  ['unicode', 'text', { form: 'nfc' }],
  ['unicode', 'text', { form: 'no-accents' }],
  ['fill', 'number', { with: 'mean' }],
  ['fill', 'number', { with: 'median' }],
  ['fill', 'text', { with: 'mode' }],
  ['fill', 'text', { with: 'constant', value: 'none at all' }],
  ['fill', 'number', { with: 'constant', value: '-1.5' }],
  ['outliers', 'number', { then: 'clip' }],
  ['outliers', 'number', { then: 'flag', by: 'z-score', factor: 1 }],
  ['standard', 'number'],
  ['min-max', 'number', { range: '0..1' }],
  ['min-max', 'number', { range: '-1..1' }],
  ['robust', 'number'],
  ['log', 'number', { add: 1 }],
  ['one-hot', 'text'],
  ['one-hot', 'text', { most: 3 }],
  ['ordinal', 'text'],
  ['ordinal', 'text', { order: 'ROME, Oslo' }],
  // Otherwise the training rows have others' means; see sklearn-more.test.ts.
  ['target', 'text', { folds: 1 }],
  ['target', 'text', { smoothing: 0, folds: 1 }],
  ['bins', 'number', { by: 'quantiles', count: 4 }],
  ['bins', 'number', { by: 'width', count: 3 }],
  ['bins', 'number', { by: 'edges', edges: '20,30.5,65' }],
  ['dates', 'date', { time: true }],
  ['yeo-johnson', 'number', { standardise: true }],
  ['yeo-johnson', 'number', { standardise: false }],
  ['unicode', 'text', { form: 'nfkc' }],
  ['stop-words', 'text', { language: 'en', also: 'Oslo, $1' }],
  ['stop-words', 'text', { language: 'zh' }],
  ['hashing', 'text', { count: 8 }],
  ['hashing', 'text', { count: 5, signs: false }],
  ['tf-idf', 'text', { least: 1 }],
  ['tf-idf', 'text', { words: 5, norm: false }],
  ['personal', 'text', { how: 'mask' }],
  ['personal', 'text', { how: 'hash', salt: 'long enough', kinds: ['email'] }],
  ['personal', 'number', { how: 'remove' }],
  ['bands', 'number', { width: 10 }],
  ['coarse-dates', 'date', { unit: 'month' }],
  ['coarse-dates', 'date', { unit: 'year' }],
  ['rare', 'text', { least: 20 }],
  ['rare', 'text', { least: 1000, with: 'Annet' }],
  ['prefix', 'text', { length: 3 }],
  ['prefix', 'number', { length: 2 }],
];
const nameOf = (i: number): string => `${cases[i][0]} ${i}`;

/** Gaps, odd spaces, tags, addresses, capitals, several scripts, wide and skewed numbers: a column for each case, and three more. */
function messyTable(rows: number): Table {
  const random = new Random(11);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  const texts = [
    ...['Oslo', 'oslo', 'ROME', 'São  Paulo', '深 圳', 'Rome\u00a0', 'ÅRHUS ǅ', "Val d'Isère", 'ab ab.ab', ''],
    ...[
      '<b>Hi</b> you',
      'see https://a.example/x?y=1 now',
      'mail a@b.example or +47 22 33 44 55',
      '  two\tspaces ',
      'A &amp; B &lt;c&gt;',
      '$1,200',
      'N/A',
      '12.5',
    ],
  ];
  const make: Record<Of, () => string | null> = {
    text: () => pick(texts),
    number: () =>
      random.below(9) === 0 ? null : (Math.exp(random.normal() * 2) * (random.below(5) === 0 ? -9 : 9)).toFixed(4),
    date: () =>
      pick(['2024-02-29', '1999-12-31 23:59:58', '2001-01-01T00:00', '2023-02-29', '2000-2-29T24:00', 'soon', '']),
  };
  const plain: Of[] = [...cases.map(([, of]) => of), 'number', 'number', 'text'];
  return {
    names: [...cases.map((_, i) => nameOf(i)), 'age', 'pay', 'note', 'label'],
    rows: Array.from({ length: rows }, () => [...plain.map((of) => make[of]()), pick(['yes', 'no', 'no'])]),
  };
}

const table = messyTable(300);
/** What training never saw. */
const odd: Record<Of, (string | null)[]> = {
  text: [
    'Never seen',
    ' <i>\u3000',
    'www.x.example',
    '"q" <a href="x">y</a> &nbsp;&amp;lt;',
    '-',
    'İIıß ﬁ ǆ Σας',
    '1e39',
  ],
  number: ['1e39', '-0', null, '1,234.5', 'abc', '1e30', '7'],
  date: [
    '2024-13-01',
    '0001-01-01',
    '2023-06-15 07:08:09',
    '15.06.2023',
    '1900-02-29',
    '2000-02-29 7:60',
    '2024/12/31Z',
  ],
};
const strange = odd.text.map((_, k) => [
  ...cases.map(([, of]) => odd[of][k]),
  ...[odd.number[k], odd.number[(k + 1) % 7], odd.text[k], null],
]);

const folder = sharedFolder();
let once: ReturnType<typeof tableOf> | undefined;
/** Short texts are categories here, whatever the importer thinks of them. */
async function imported() {
  once ??= tableOf(table, 'label', { folder: await folder() });
  const { manifest, ...others } = await once;
  const of = (i: number): Of => cases[i]?.[1] ?? (i < cases.length + 2 ? 'number' : 'text');
  const columns = manifest.columns.map((column, i) => ({
    ...column,
    type: of(i) === 'number' ? ('number' as const) : ('category' as const),
    role: column.role === 'target' ? column.role : ('feature' as const),
  }));
  return { ...others, manifest: { ...manifest, columns } };
}

describe('a recipe', () => {
  it('has a case here for every kind of step that goes into a model', () => {
    const inside = stepKinds.filter(({ model }) => model !== 'apart').map(({ kind }) => kind);
    const other = ['keep', 'neighbours'];
    expect(inside.filter((kind) => !other.includes(kind) && !cases.some(([each]) => each === kind))).toEqual([]);
  });

  it.each<[Of, number]>([
    ['text', 0],
    ['text', 1],
    ['text', 2],
    ['number', 0],
    ['number', 1],
    ['date', 0],
  ])('of steps for %s is the same in training, on new rows, and in an exported file (part %i)', async (of, part) => {
    const parts = { text: 3, number: 2, date: 1 }[of];
    const here = (each: Of, i: number): boolean => each === of && i % parts === part;
    const { blobs, manifest, revise } = await imported();
    const steps = cases.flatMap(([kind, each, settings], i): [string, StepSettings][] =>
      here(each, i) ? [[kind, { ...settings, columns: [nameOf(i)] }]] : [],
    );
    const mine = cases.flatMap(([, each], i) => (here(each, i) ? [nameOf(i)] : []));
    const next = (await revise(recipeOf(['keep', { columns: mine }], ...steps), manifest)).manifest;
    const { columns, train, studio, exported } = await threeWays(blobs, next, table, strange);
    for (const column of columns) {
      expect([column, studio[column].slice(0, train[column].length)]).toEqual([column, train[column]]);
      expect([column, exported[column]]).toEqual([column, studio[column]]);
    }
    expect(studio[columns[0]].length).toBeGreaterThan(train[columns[0]].length);
  });

  it.each<StepSettings>([{ neighbours: 3 }, { columns: ['age', 'pay'], rows: 20 }])(
    'fills from neighbours %o',
    async (settings) => {
      const { blobs, manifest, revise } = await imported();
      const recipe = recipeOf(['keep', { columns: ['age', 'pay', 'standard 22'] }], ['neighbours', settings]);
      const next = (await revise(recipe, manifest)).manifest;
      const { columns, train, studio, exported } = await threeWays(blobs, next, table, strange);
      for (const column of columns) {
        expect([column, studio[column].slice(0, train[column].length)]).toEqual([column, train[column]]);
        expect([column, exported[column]]).toEqual([column, studio[column]]);
      }
    },
  );

  it('of many steps is one graph', async () => {
    const { blobs, manifest, revise } = await imported();
    const recipe = recipeOf(
      ['keep', { columns: ['age', 'pay', 'note', 'trim 3'] }],
      ['html', { columns: ['note'] }],
      ['urls', { columns: ['note'] }],
      ['trim'],
      ['case'],
      ['fill', { with: 'median' }],
      ['replace', { columns: ['note'], find: '$', with: '' }],
      ['replace', { columns: ['note'], find: ',', with: '' }],
      ['outliers', { then: 'clip' }],
      ['log', { columns: ['age'] }],
      ['standard', { columns: ['age', 'pay'] }],
      ['one-hot', { columns: ['trim 3'] }],
      ['type', { columns: ['note'], to: 'number' }],
    );
    const next = (await revise(recipe, manifest)).manifest;
    const { encoder, inputs, columns, train, studio, exported } = await threeWays(blobs, next, table, strange);
    for (const column of columns) {
      expect([column, studio[column].slice(0, train[column].length)]).toEqual([column, train[column]]);
      expect([column, exported[column]]).toEqual([column, studio[column]]);
    }
    expect(inputs.map(({ name, type }) => [name, type]).toSorted()).toEqual([
      ['age', 'double'],
      ['note', 'string'],
      ['pay', 'double'],
      ['trim 3', 'string'],
    ]);
    // What a step has scaled is not scaled again; the rest is.
    const whole = encoder.numbers.flatMap(({ column, mean, std }) => (mean === 0 && std === 1 ? [column] : []));
    expect(whole).toEqual(expect.arrayContaining(['age', 'pay', 'trim 3=oslo']));
    expect(whole).not.toContain('note');
  });

  it('takes what comes out of a step that no graph can do, and only there', async () => {
    const { blobs, manifest, revise } = await imported();
    const recipe = recipeOf(
      ['keep', { columns: ['note', 'trim 3'] }],
      ['case'],
      ['unicode', { columns: ['note'] }],
      ['case', { columns: ['note'], to: 'upper' }],
      ['one-hot'],
    );
    const next = (await revise(recipe, manifest)).manifest;
    const { inputs, columns, studio, exported } = await threeWays(blobs, next, table, strange);
    for (const column of columns) expect([column, exported[column]]).toEqual([column, studio[column]]);
    expect(inputs.toSorted((a, b) => a.after! - b.after!)).toEqual([
      { name: 'trim 3', column: 'trim 3', type: 'string', after: 0 },
      { name: 'note after step 3', column: 'note', type: 'string', after: 3 },
    ]);
  });
});
