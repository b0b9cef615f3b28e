import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src-main/shared/random.ts';
import { atelier, done } from '../support/built-cli.ts';
import { tempFolder } from '../support/temp-workspace.ts';

type Predicted = { label: string; probabilities: Record<string, number> };

/** 300 rows of what people write: gaps, capitals, tags, a date, skewed numbers. */
function messyCsv(): string {
  const random = new Random(5);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  const rows = Array.from({ length: 300 }, (_, i) => {
    const rich = random.below(2) === 0;
    return [
      random.below(8) === 0 ? '' : 20 + random.below(50) + (rich ? 10 : 0),
      Math.exp(random.normal() + (rich ? 2 : 0)).toFixed(3),
      pick(['Oslo', ' oslo', 'ROME', 'Rome', 'café', '']),
      pick(['<b>fine</b>', 'see www.a.example', 'so  so', '$1200']),
      `20${10 + random.below(15)}-0${1 + random.below(9)}-1${i % 10}`,
      rich ? 'yes' : 'no',
    ].join(',');
  });
  return ['age,pay,city,note,day,rich', ...rows].join('\n') + '\n';
}

describe('a recipe, end to end', () => {
  it('goes from the raw rows into the run, its predictions and the exported file', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'people.csv'), messyCsv());
    await done(folder, 'import', 'people.csv', '--target', 'rich');
    const steps: [string, Record<string, unknown>][] = [
      ['case', {}],
      ['html', { columns: ['note'] }],
      ['urls', { columns: ['note'], with: 'link' }],
      ['trim', {}],
      ['filter', { condition: 'age is missing or age < 75' }],
      ['fill', { with: 'median' }],
      ['outliers', { columns: ['pay'] }],
      ['log', { columns: ['pay'] }],
      ['bins', { columns: ['age'], count: 4 }],
      ['target', { columns: ['note'] }],
      ['one-hot', { columns: ['city'] }],
      ['dates', { columns: ['day'] }],
      ['standard', { columns: ['pay'] }],
    ];
    const recipe = { version: 1, steps: steps.map(([kind, settings], i) => ({ id: `s${i}`, kind, settings })) };
    writeFileSync(join(folder, 'people.recipe.json'), JSON.stringify(recipe));
    // Tried before it is applied: what the last step does to a few rows, and nothing is stored.
    const tried = (
      await done(
        folder,
        'data',
        'recipe',
        'people',
        '--set',
        'people.recipe.json',
        '--preview',
        '--rows',
        '3',
        '--json',
      )
    ).lines;
    expect(tried[0]).toMatchObject({ step: steps.length, kind: 'standard', dropped: 0 });
    expect(tried).toHaveLength(4);
    const [row] = tried.slice(1) as unknown as { before: Record<string, string>; after: Record<string, string> }[];
    expect(Object.keys(row.after).sort()).toEqual(Object.keys(row.before).sort());
    expect(Object.keys(row.before).filter((name) => row.before[name] !== row.after[name])).toEqual(['pay']);
    const [made] = (await done(folder, 'data', 'recipe', 'people', '--set', 'people.recipe.json', '--json')).lines;
    expect(made).toMatchObject({ version_number: 2 });
    expect(made.samples).toBeLessThan(300);
    expect(String(made.change)).toMatch(/^recipe: \+ case, \+ html \(note\), .* rows left out$/);

    const trained = (
      await done(folder, 'train', '--data', 'people', '--epochs', '3', '--seed', '1', '--threads', '1', '--json')
    ).lines;
    const run = String(trained[0].run);
    const [exported] = (await done(folder, 'export', run, '--out', 'people.onnx', '--json')).lines;
    expect(exported).toMatchObject({ parity: { passed: true, agreement: 1 }, steps_before: [] });

    // Every raw row, those too that the filter keeps out of training.
    const own = (await done(folder, 'predict', run, 'people.csv', '--json')).lines as unknown as Predicted[];
    const file = (await done(folder, 'predict', 'people.onnx', 'people.csv', '--json')).lines as unknown as Predicted[];
    expect(own).toHaveLength(300);
    expect(file.map(({ label }) => label)).toEqual(own.map(({ label }) => label));
    for (const [i, { probabilities }] of file.entries()) {
      expect(probabilities.yes).toBeCloseTo(own[i].probabilities.yes, 6);
    }
    const evaluate = async (model: string) =>
      (await done(folder, 'evaluate', model, '--data', 'people', '--split', 'test', '--json')).lines[0]
        .metrics as Record<string, number>;
    expect((await evaluate('people.onnx'))['test/accuracy']).toBe((await evaluate(run))['test/accuracy']);

    // A step that no graph can do is named; `predict` does it by itself.
    await done(folder, 'data', 'recipe', 'people', '--clear');
    await done(
      folder,
      'data',
      'recipe',
      'people',
      '--add',
      'unicode',
      '--set',
      'columns=city',
      '--set',
      'form=no-accents',
    );
    const second = String((await done(folder, 'train', '--data', 'people', '--epochs', '2', '--json')).lines[0].run);
    const [before] = (await done(folder, 'export', second, '--out', 'second.onnx', '--json')).lines;
    expect(before.steps_before).toEqual([{ input: 'city after step 1', column: 'city', step: 1, kind: 'unicode' }]);
    const [a, b] = await Promise.all(
      [second, 'second.onnx'].map((model) => done(folder, 'predict', model, 'people.csv', '--json')),
    );
    expect(b.lines.map(({ label }) => label)).toEqual(a.lines.map(({ label }) => label));

    await done(folder, 'data', 'recipe', 'people', '--out', 'again.yaml');
    const text = readFileSync(join(folder, 'again.yaml'), 'utf8');
    expect(text).toMatch(/^# A recipe of Atelier.*\n# It was saved from the dataset "people", version 4\./);
    expect(text).toContain('  - kind: unicode\n    settings:\n      columns: [city]\n');

    // Used again with a column that there is not: told with its line, and nothing is made.
    writeFileSync(join(folder, 'wrong.yaml'), text.replace('[city]', '[town, "City "]'));
    const refused = await atelier(folder, 'data', 'recipe', 'people', '--set', 'wrong.yaml');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/error: unknown_column: .*names 2 columns.* line \d+, step 1 \(unicode\): "town"/);
    expect(refused.stderr).toContain('"City "; like it: "city"');
    expect((await done(folder, 'data', 'show', 'people', '--json')).lines[0]).toMatchObject({ version_number: 4 });
  });

  it('conceals personal data by the step that the report offers, with a salt drawn for it', async () => {
    const folder = tempFolder();
    const rows = Array.from({ length: 60 }, (_, i) => `${20 + (i % 30)},ask u${i}@example.com,${i % 2 ? 'yes' : 'no'}`);
    writeFileSync(join(folder, 'people.csv'), ['age,note,bought', ...rows, ''].join('\n'));
    await done(folder, 'import', 'people.csv', '--target', 'bought');
    const report = await done(folder, 'data', 'privacy', 'people', '--columns', 'age', '--k', '3', '--json');
    expect(report.lines).toEqual([
      expect.objectContaining({
        column: 'note',
        found: [{ kind: 'email', rows: 60, examples: expect.anything() as unknown }],
      }),
      { anonymity: expect.objectContaining({ k: 2, exposed: 60, together: { k: 4, exposed: 0 } }) as unknown },
    ]);
    expect(report.stdout).not.toContain('example.com');
    const set = ['--set', 'columns=note', '--set', 'how=hash', '--set', 'kinds=email,phone'];
    const [made] = (await done(folder, 'data', 'recipe', 'people', '--add', 'personal', ...set, '--json')).lines;
    const { steps } = made.recipe as { steps: { settings: { salt: string; kinds: string[] } }[] };
    expect(steps[0].settings.kinds).toEqual(['email', 'phone']);
    expect(steps[0].settings.salt).toMatch(/^[0-9a-f]{32}$/);
    expect((await done(folder, 'data', 'privacy', 'people', '--json')).lines).toEqual([]);
    const sample = await done(folder, 'data', 'sample', 'people', '--json');
    expect(sample.stdout).toMatch(/email:[0-9a-f]{16}/);
    expect(sample.stdout).not.toContain('example.com');
  });
});
