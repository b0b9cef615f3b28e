import { beforeAll, describe, expect, it } from 'vitest';
import { previewRecipe } from '../../../../src-main/datasets/recipes/preview.ts';
import { reviseDataset } from '../../../../src-main/datasets/revise.ts';
import type { SampleAnnotations, Span } from '../../../../src-main/shared/annotation.ts';
import { emptyRecipe, type Recipe, type StepSettings } from '../../../../src-main/shared/recipe.ts';
import { annotated, readBack, roundTrip, type Annotated } from '../../../support/data-annotated.ts';
import { drawer } from '../../../support/draw.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../../support/data-import.ts';
import { cellsOf, recipeOf, sharedFolder } from '../../../support/recipes.ts';

const spansOf = ({ annotations }: SampleAnnotations): Span[] =>
  annotations.filter((mark): mark is Span => mark.type === 'span');

async function revised({ folder, manifest }: Pick<Annotated, 'folder' | 'manifest'>, recipe: Recipe) {
  const { manifest: next, change } = await reviseDataset({ blobs: folder.blobs, manifest, recipe });
  return { ...(await readBack(folder, next)), change };
}

async function textsOf({ folder, manifest }: Pick<Annotated, 'folder' | 'manifest'>): Promise<string[]> {
  const at = manifest.columns.findIndex(({ name }) => name === 'text');
  return (await cellsOf(folder.blobs, manifest)).map((row) => row[at] ?? '');
}

const marked = async (made: Pick<Annotated, 'folder' | 'manifest' | 'samples'>): Promise<string[][]> => {
  const texts = await textsOf(made);
  return made.samples.map(({ marks }, i) =>
    spansOf(marks).map(({ class: name, start, end }) => `${name}: ${texts[i].slice(start, end)}`),
  );
};

/** Prodigy's form counts code points; so are these written. */
const inPoints = (text: string, at: number): number => [...text.slice(0, at)].length;
const record = (text: string, spans: { start: number; end: number; label: string; token_end?: number }[], more = {}) =>
  JSON.stringify({
    text,
    spans: spans.map(({ start, end, ...rest }) => ({
      start: inPoints(text, start),
      end: inPoints(text, end),
      ...rest,
    })),
    ...more,
  });

/** Ends of a span as letters in the text itself, which no step knows. */
const [left, right] = ['\ue000', '\ue001'];
const bare = (text: string): string => text.replaceAll(left, '').replaceAll(right, '');

describe('spans of random texts', () => {
  const count = 90;
  const folder = sharedFolder();
  let made: Annotated;
  let given: { text: string; start: number; end: number }[];

  beforeAll(async () => {
    const draw = drawer(11);
    given = [];
    while (given.length < count) {
      const text = `a${draw.text(14)}.`;
      const cuts = [...text].map((_, i) => [...text].slice(0, i).join('').length);
      const [one, other] = [cuts[draw.below(cuts.length)], cuts[draw.below(cuts.length)]];
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      if (/\S/.test(text.slice(start, end))) given.push({ text, start, end });
    }
    const lines = given.map(({ text, start, end }) => record(text, [{ start, end, label: 'X' }]));
    const pinned = given.map(({ text, start, end }) =>
      record(text.slice(0, start) + left + text.slice(start, end) + right + text.slice(end), []),
    );
    const place = await folder();
    await writeFiles(place.path, { 'set.jsonl': [...lines, ...pinned].join('\n') });
    made = await readBack(place, (await importFrom(place, ['set.jsonl'])).manifest);
    expect(made.manifest.samples).toBe(2 * count);
  });

  it.each<[string, StepSettings, number]>([
    ['trim', {}, 0.7],
    ['case', {}, 0.9],
    ['case', { to: 'upper' }, 0.9],
    ['replace', { find: 'a', with: 'long' }, 0.9],
    ['replace', { find: 'Os', with: '' }, 0.9],
    ['regex', { pattern: '([a-c]+)[.]?', with: '<\\1\\1>' }, 0.7],
    ['html', {}, 0.8],
    ['urls', { with: 'link' }, 0.7],
    ['unicode', { form: 'nfc' }, 0.7],
    ['unicode', { form: 'nfkc' }, 0.7],
    ['unicode', { form: 'no-accents' }, 0.7],
    ['stop-words', {}, 0.4],
    ['stop-words', { language: 'zh' }, 0.4],
    ['personal', { how: 'mask' }, 0.7],
    ['personal', { how: 'remove' }, 0.7],
    ['prefix', { columns: ['text'], length: 9 }, 0.2],
  ])('go with them through %s %j', async (kind, settings, least) => {
    const after = await revised(made, recipeOf([kind, settings]));
    const texts = await textsOf(after);
    let [lost, compared] = [0, 0];
    for (let i = 0; i < count; i++) {
      const spans = spansOf(after.samples[i].marks);
      if (spans.length === 0) lost++;
      for (const { start, end } of spans) {
        expect(0 <= start && start < end && end <= texts[i].length).toBe(true);
        expect(texts[i].slice(start, end).isWellFormed()).toBe(true);
        expect(texts[i].slice(start, end)).toMatch(/\S/);
      }
      // Where the letters at its ends changed nothing, what is between them now is what the span says.
      const pinned = texts[count + i];
      if (bare(pinned) !== texts[i]) continue;
      const [from, to] = [pinned.indexOf(left), pinned.indexOf(right)];
      if (from < 0 || to < 0) continue;
      compared++;
      const wanted = pinned.slice(from + 1, to);
      const text = spans.map(({ start, end }) => texts[i].slice(start, end));
      expect([text.join('').trim(), given[i].text]).toEqual([wanted.trim(), given[i].text]);
    }
    expect(compared / count).toBeGreaterThan(least);
    const { lost: told } = after.manifest.raw!.marks!;
    expect(told).toBe(lost);
    expect(after.manifest.annotations!.total).toBe(count - lost);
  });
});

const text = 'Write to <b>Ann Lee</b> at ann@mail.example, or to Bo.';
/** Prodigy's relations join spans by their last tokens. */
const at = (piece: string, label: string, token?: number) => {
  const start = text.indexOf(piece);
  return { start, end: start + piece.length, label, ...(token !== undefined && { token_end: token }) };
};
const people = [
  record(
    text,
    [
      at('Ann Lee', 'PER', 1),
      at('ann@mail.example', 'MAIL', 2),
      at('mail', 'HOST', 3),
      at('</b> at ann', 'ODD'),
      at('Bo', 'PER', 4),
    ],
    {
      relations: [
        { head: 1, child: 2, label: 'has' },
        { head: 3, child: 2, label: 'of' },
      ],
    },
  ),
  record('Nothing here', []),
  record('Bo  of Oslo', [
    { start: 0, end: 2, label: 'PER' },
    { start: 7, end: 11, label: 'LOC' },
  ]),
  record('Nothing here', []),
];
const imported = () => annotated({ 'set.jsonl': people.join('\n') });

describe('a version of annotated texts with a recipe', () => {
  it('has its spans where their texts have gone, tells of those that are gone, and is as it was without it', async () => {
    const made = await imported();
    const recipe = recipeOf(['html'], ['personal'], ['trim'], ['case', { to: 'upper' }]);
    const after = await revised(made, recipe);
    expect((await textsOf(after)).slice(0, 3)).toEqual([
      'WRITE TO ANN LEE AT [EMAIL], OR TO BO.',
      'NOTHING HERE',
      'BO OF OSLO',
    ]);
    expect(await marked(after)).toEqual([
      ['PER: ANN LEE', 'MAIL: [EMAIL]', 'ODD: AT', 'PER: BO'],
      [],
      ['PER: BO', 'LOC: OSLO'],
      [],
    ]);
    expect(after.change).toBe('recipe: + html, + personal, + trim, + case, 1 span left out with the text');
    expect(after.manifest.raw!.marks).toMatchObject({ lost: 1, cut: 1, parted: 1 });
    expect(after.manifest.annotations!.classes.find(({ name }) => name === 'HOST')).toMatchObject({ count: 0 });
    expect(after.manifest.notes.filter(({ code }) => code === 'spans_lost')).toEqual([
      {
        code: 'spans_lost',
        message: 'The recipe left these no text, so they were left out: spans 1, relations 1. Spans shortened: 1.',
      },
    ]);
    const back = await revised(after, emptyRecipe);
    expect(back.manifest).toEqual(made.manifest);
  });

  it('is shown before it is made: spans before and after, and how many are gone', async () => {
    const { folder, manifest } = await imported();
    const recipe = recipeOf(
      ['html'],
      ['personal', { how: 'remove' }],
      ['filter', { condition: "text != 'Nothing here'" }],
    );
    const shown = await previewRecipe(folder.blobs, manifest, recipe, 2);
    expect(shown.spans).toEqual({ column: 'text', marked: 7, lost: 2, cut: 1 });
    const cut = (side: 'before' | 'after') => {
      const [{ cells, spans }] = shown[side].rows;
      return spans!.map(({ start, end }) => cells.at(-1)!.slice(start, end));
    };
    expect(cut('before')).toEqual(['Ann Lee', 'ann@mail.example', 'mail', 'at ann', 'Bo']);
    expect(cut('after')).toEqual(['Ann Lee', 'at', 'Bo']);
    const third = await previewRecipe(folder.blobs, manifest, recipe, 3);
    expect(third).toMatchObject({ dropped: 2, spans: { marked: 5, lost: 0, cut: 0 } });
    const error = await failure(previewRecipe(folder.blobs, manifest, recipeOf(['one-hot', { columns: ['text'] }]), 1));
    expect(error.message).toContain('Step 1 (one-hot)');
  });

  it('holds up no step of a table in which nothing is marked', async () => {
    const folder = await dataFolder();
    const rows = Array.from({ length: 60 }, (_, i) => `${i},one word or another and number ${i}`);
    await writeFiles(folder.path, { 'notes.csv': ['n,note', ...rows].join('\n') });
    const { manifest } = await importFrom(folder, ['notes.csv']);
    const shown = await previewRecipe(folder.blobs, manifest, recipeOf(['tf-idf', { columns: ['note'] }]), 1);
    expect(shown.spans).toBeUndefined();
    expect(shown.after.columns.length).toBeGreaterThan(1);
  });

  it.each<[string, StepSettings, number[]]>([
    ['duplicates', {}, [0, 1, 2]],
    ['filter', { condition: "text != 'Nothing here'" }, [0, 2]],
  ])('keeps annotations with the rows that %s leaves', async (kind, settings, rows) => {
    const made = await imported();
    const { samples } = await revised(made, recipeOf([kind, settings]));
    expect(samples.map(({ marks }) => marks)).toEqual(rows.map((row) => made.samples[row].marks));
  });

  it('moves spans from where they were imported when the recipe or the split is another', async () => {
    const made = await imported();
    const one = await revised(made, recipeOf(['case', { to: 'upper' }]));
    const two = await revised(one, recipeOf(['case', { to: 'upper' }], ['prefix', { columns: ['text'], length: 4 }]));
    expect((await marked(two))[2]).toEqual(['PER: BO']);
    expect(two.manifest.raw!.marks).toMatchObject({ annotations: made.manifest.blobs.annotations });
    expect(two.manifest.notes.filter(({ code }) => code === 'spans_lost')).toHaveLength(1);
    const split = await reviseDataset({
      blobs: made.folder.blobs,
      manifest: two.manifest,
      split: { seed: 5, validation: 0.25, test: 0.25 },
    });
    expect((await readBack(made.folder, split.manifest)).samples.map(({ marks }) => marks)).toEqual(
      two.samples.map(({ marks }) => marks),
    );
  });

  it('refuses what leaves the spans nothing to stand in, and names the step', async () => {
    const made = await imported();
    for (const [kind, settings] of [
      ['type', { columns: ['text'], to: 'category' }],
      ['one-hot', { columns: ['text'] }],
      ['rare', { columns: ['text'] }],
    ] as [string, StepSettings][]) {
      const error = await failure(revised(made, recipeOf(['trim'], [kind, settings])));
      expect(error).toMatchObject({ code: 'annotated' });
      expect(error.message).toContain(`Step 2 (${kind})`);
      expect(error.message).toContain('"text"');
    }
  });
});

describe('CoNLL through a recipe', () => {
  const lines = (text: string): string => text.replaceAll(' | ', '\n').replaceAll('_', ' ');
  const source = lines(
    '-DOCSTART-_O |  | Ann_B-PER | Lee_I-PER | <b>_O | saw_O | New_B-LOC | York_I-LOC | ._O |  | Mail_O | a@b.example_B-MAIL | now_O | ',
  );

  it('comes out with its tokens and tags, and comes in so again', async () => {
    const made = await annotated({ 'train.conll': source });
    const after = await revised(
      made,
      recipeOf(['html'], ['case'], ['personal'], ['replace', { find: 'now', with: 'right away' }]),
    );
    const once = await roundTrip(after, 'conll');
    expect(once.result.lost).toEqual([]);
    const texts = await textsOf(once);
    const tokens = once.samples.map(({ marks }, i) => {
      const places = marks.tokens!;
      return places.flatMap((start, k) => (k % 2 === 0 ? [texts[i].slice(start, places[k + 1])] : []));
    });
    // A file for each split: which of the two comes first is not said.
    expect(tokens.toSorted()).toEqual([
      ['ann', 'lee', 'saw', 'new', 'york', '.'],
      ['mail', '[email]', 'right', 'away'],
    ]);
    expect((await marked(once)).toSorted()).toEqual([['MAIL: [email]'], ['PER: ann lee', 'LOC: new york']]);
    expect((await marked(after)).toSorted()).toEqual((await marked(once)).toSorted());
  });

  it('numbers tokens anew, and has a line for what stands in the place of several', async () => {
    const made = await annotated({
      'train.conll': ['1\tBob\tN\tB-PER', '2\tSmith\tN\tI-PER', '3\twent\tV\tO'].join('\n'),
    });
    const after = await revised(made, recipeOf(['replace', { find: 'Bob Smith', with: '[name]' }]));
    expect(await marked(after)).toEqual([['PER: [name]']]);
    expect(after.samples[0].marks).toMatchObject({
      tokens: [0, 6, 7, 11],
      tokenColumns: [
        ['1', '2'],
        ['_', 'V'],
      ],
    });
  });
});
