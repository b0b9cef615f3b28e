import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { escapeXml } from '../../src-main/shared/chart/svg.ts';
import { parseCsvRows } from '../../src-main/shared/csv-rows.ts';
import { atelier, done } from '../support/built-cli.ts';
import { tempFolder } from '../support/temp-workspace.ts';
import { tinyEncoder } from '../support/tiny-encoder.ts';
import { tinyFolder, tinyWeights } from '../support/tiny-llama.ts';

/** Two models, and a prompt with a variable and something to expect. */
async function prepared() {
  const folder = tempFolder();
  const models = [tinyFolder(join(folder, 'tiny')), tinyFolder(join(folder, 'other'), tinyWeights({ seed: 2 }))];
  writeFileSync(join(folder, 'p.md'), '---\nname: p\nsettings: {maxTokens: 5, temperature: 0}\n---\nab{{x}}');
  await done(folder, 'prompts', 'import', join(folder, 'p.md'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return { folder, models, write };
}

it('a grid asks nothing twice, says why a cell failed, and gives its judgements away', async () => {
  const { folder, models, write } = await prepared();
  // The model sees 24 tokens.
  const rows = write('rows.csv', `x,expected\nc,"a,b"\n"d e","say ""hi"""\n${'f'.repeat(40)},\n`);
  const grid = ['prompts', 'grid'];
  const run = [...grid, 'run', 'p', '--rows', rows, '--json'];
  const two = ['--model', models[0], '--model', models[1]];
  const first = await atelier(folder, ...run, ...two, '--limit', '2');
  expect(first.code).toBe(0);
  expect(first.lines.at(-1)).toMatchObject({ rows: 2, finished: 4, cached: 0, failed: 0 });
  const texts = first.lines.filter(({ event }) => event === 'cell').map(({ text }) => text);
  expect(new Set(texts).size).toBeGreaterThan(1);

  const again = await atelier(folder, ...run, ...two, '--temperature', '0,1', '--seed', '3');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('cells_failed')]);
  expect(again.lines.at(-1)).toMatchObject({ rows: 3, finished: 8, failed: 4, cached: 0 });
  const same = await atelier(folder, ...run, ...two);
  expect(same.lines.at(-1)).toMatchObject({ finished: 4, cached: 4, failed: 2 });
  expect(same.lines.filter(({ event, row }) => event === 'cell' && row !== 2).map(({ text }) => text)).toEqual(texts);
  expect(same.lines.find(({ status }) => status === 'failed')).toMatchObject({
    row: 2,
    error: { code: 'prompt_too_long' },
  });

  const id = String(same.lines.at(-1)!.grid);
  expect((await atelier(folder, ...grid, 'rate', id, '2', '0', '5')).stderr).toContain('no_answer');
  expect((await atelier(folder, ...grid, 'export', id, '--out', 'none.jsonl')).stderr).toContain('nothing_judged');
  await done(folder, ...grid, 'rate', id, '0', '1', '4');
  // The second, told the other way round.
  await done(folder, ...grid, 'prefer', id, '1', '1', '0', 'A');
  await done(folder, ...grid, 'export', id, '--out', join(folder, 'pairs.jsonl'));
  expect(JSON.parse(readFileSync(join(folder, 'pairs.jsonl'), 'utf8'))).toMatchObject({
    row: 1,
    prompt: 'abd e',
    chosen: texts[3],
    rejected: texts[2],
    preference: 'B',
    b_model: 'other',
  });
  await done(folder, ...grid, 'export', id, '--kind', 'rating', '--out', join(folder, 'ratings.csv'));
  expect(readFileSync(join(folder, 'ratings.csv'), 'utf8').split('\n')[1]).toBe(`0,abc,${texts[1]},4,p,1,other,0,0`);
  const [listed] = (await done(folder, ...grid, 'list', '--json')).lines;
  expect(listed).toMatchObject({ grid: id, rated: 1, compared: 1 });

  // All of it as a file: values with quotes and commas, what failed, what was rated.
  const saved = async (name: string): Promise<string> => {
    await done(folder, ...grid, 'export', id, '--kind', 'answers', '--out', join(folder, name));
    return readFileSync(join(folder, name), 'utf8');
  };
  const titles = ['tiny', 'other'].map((model) => `p v1 · ${model} · temperature 0 · seed 0`);
  const [head, ...table] = parseCsvRows(await saved('all.csv'), 'all.csv');
  expect(head).toEqual([
    'row',
    'x',
    'expected',
    ...titles,
    ...['error', 'rating'].flatMap((one) => titles.map((title) => `${one}: ${title}`)),
  ]);
  expect(table[0]).toEqual(['0', 'c', 'a,b', String(texts[0]), String(texts[1]), '', '', '', '4']);
  expect(table[1].slice(0, 5)).toEqual(['1', 'd e', 'say "hi"', String(texts[2]), String(texts[3])]);
  expect(table[2].slice(3, 7)).toEqual([
    '',
    '',
    expect.stringContaining('42 tokens long'),
    expect.stringContaining('42 tokens long'),
  ]);
  const lines = (await saved('all.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(6);
  expect(lines[1]).toMatchObject({
    ...{
      row: 0,
      values: { x: 'c', expected: 'a,b' },
      prompt_name: 'p',
      version: 1,
      model: 'other',
      temperature: 0,
      seed: 0,
    },
    ...{ answer: texts[1], error: null, rating: 4, prompt_tokens: 3, completion_tokens: expect.any(Number) as number },
  });
  expect(lines[5]).toMatchObject({ answer: null, error: { code: 'prompt_too_long' }, completion_tokens: null });
  const page = await saved('all.html');
  expect(page.match(/<tr>/g)).toHaveLength(4);
  expect(page).toContain(escapeXml('say "hi"'));
  expect(page).not.toMatch(/<script|https?:/);
  const wrong = await atelier(folder, ...grid, 'export', id, '--kind', 'answers', '--out', 'all.txt');
  expect(wrong.stderr).toContain('bad_arguments');
  expect((await atelier(folder, ...grid, 'run', 'p', '--rows', write('no.csv', 'y\n1'), ...two)).stderr).toContain(
    'no_variable',
  );
});

it('a prompt is held to several checks, its versions are told apart, and a script that takes all memory costs one answer', async () => {
  const { folder, models, write } = await prepared();
  const rows = write('rows.jsonl', ['c', 'd', 'e'].map((x) => JSON.stringify({ x, expected: 'z' })).join('\n'));
  const script = write(
    'check.js',
    'if (vars.x === "d") { let all = "x"; for (;;) all = (all + all + "y").toUpperCase(); } return output.length > 0;',
  );
  const run = ['prompts', 'eval', 'p', '--rows', rows, '--model', models[0], '--json'];
  const first = await atelier(folder, ...run, '--check', 'contains', '--check', 'javascript', '--script', script);
  expect([first.code, first.lines.map(({ scores }) => (scores as unknown[])?.length)]).toEqual([0, [2, 2, 2, 2]]);
  expect(first.lines.slice(0, 3).map(({ scores }) => (scores as number[])[1])).toEqual([1, 0, 1]);

  const test = write('test.json', '{"checks":[{"kind":"chrf","wanted":{"text":"zz{{x}}"}}],"gate":0.99}');
  await done(folder, 'prompts', 'test', 'p', '--set', test);
  const below = await atelier(folder, ...run);
  expect([below.code, below.stderr]).toEqual([1, expect.stringContaining('below_gate')]);
  const better = await atelier(folder, ...run, '--gate', '0', '--against', 'last');
  expect(better.lines.find(({ event }) => event === 'comparison')).toMatchObject({
    checks: [{ kind: 'chrf', rows: 3 }],
  });
  const history = (await done(folder, 'prompts', 'history', 'p', '--json')).lines;
  expect(history).toMatchObject([{ passed: true }, { passed: false, gate: 0.99 }, { check: 'contains, javascript' }]);
  const [, , oldest] = history.map(({ evaluation }) => String(evaluation));
  expect((await atelier(folder, 'prompts', 'compare', 'last', oldest)).stderr).toContain('no_common_check');
  expect(
    (await atelier(folder, ...run, '--check', 'javascript', '--script', write('bad.js', 'import("fs")'))).stderr,
  ).toContain('bad_script');
});

it('an encoder is told for what it does, asked like a model that writes, and checks answers', async () => {
  const { folder, models, write } = await prepared();
  const id2label = { 0: 'bad', 1: 'so so', 2: 'good' };
  const mood = tinyEncoder(join(folder, 'mood'), { head: 'classifies', config: { id2label } });
  const meaning = tinyEncoder(join(folder, 'meaning'), { head: 'embeds' });
  const other = tinyEncoder(join(folder, 'qa'), {
    head: 'embeds',
    config: { architectures: ['BertForMultipleChoice'] },
  });
  expect((await atelier(folder, 'models', 'add', other)).stderr).toContain('unsupported_architecture');

  const told = (await done(folder, 'generate', mood, '--prompt', 'The cat sat', '--json')).lines.at(-1)!;
  expect(told).toMatchObject({ verdict: { kind: 'classes', scores: [{ label: told.text }, {}, {}], windows: 1 } });
  expect((await atelier(folder, 'generate', mood, '--prompt', 'a', '--regex', 'b')).stderr).toContain('bad_arguments');
  expect((await atelier(folder, 'generate', meaning, '--prompt', 'a', '--perplexity')).stderr).toContain(
    'not_a_writer',
  );
  const alike = await done(folder, 'generate', meaning, '--prompt', 'the cat\nthe cat\nnot good');
  expect(alike.stdout).toMatch(/1\.0000 {2}the cat\n.*not good/);

  // What it cannot be asked is told cell by cell; the other column has its answers.
  const rowsOf = (expected: readonly unknown[]) =>
    expected.map((one, i) => JSON.stringify({ x: ['the cat', 'the dog ran'][i], expected: one })).join('\n');
  const grid = ['prompts', 'grid', 'run', 'p', '--rows', write('rows.jsonl', rowsOf(['', ''])), '--json'];
  const both = await atelier(folder, ...grid, '--model', mood, '--model', meaning);
  expect(both.lines.at(-1)).toMatchObject({ finished: 2, failed: 2 });
  expect(both.lines.find(({ status }) => status === 'failed')).toMatchObject({ error: { code: 'nothing_to_compare' } });
  const cells = both.lines.filter(({ event, column }) => event === 'cell' && column === 0).map(({ text }) => text);
  const listed = (await done(folder, 'models', 'list', '--json')).lines;
  expect(listed.map(({ name, does }) => [name, does])).toEqual([
    ['meaning', 'embeds'],
    ['mood', 'classifies'],
  ]);

  const run = ['prompts', 'eval', 'p', '--rows', write('same.jsonl', rowsOf(cells)), '--json'];
  const embedding = ['--check', 'embedding', '--embedder', meaning];
  const same = (await done(folder, ...run, '--model', mood, '--check', 'exact', ...embedding)).lines.at(-1)!;
  expect(same).toMatchObject({ scores: [{ score: 1 }, { check: 'embedding' }] });
  expect((same.scores as { score: number }[])[1].score).toBeCloseTo(1, 6);
  const classifier = ['--check', 'classifier', '--classifier', mood];
  const judged = (await done(folder, ...run, '--model', models[0], ...classifier, ...embedding)).lines;
  for (const { scores } of judged.filter(({ event }) => event === 'row')) {
    const [first, second] = scores as number[];
    expect([0, 1]).toContain(first);
    expect(second).toBeGreaterThanOrEqual(0);
    expect(second).toBeLessThan(1);
  }
  const judge = await atelier(
    folder,
    ...run,
    '--model',
    models[0],
    '--check',
    'judge',
    '--judge',
    mood,
    '--rubric',
    'x',
  );
  expect(judge.stderr).toContain('model_unfit');
});
