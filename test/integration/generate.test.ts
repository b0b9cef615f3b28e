import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atelier, done } from '../support/built-cli.ts';
import { tempFolder } from '../support/temp-workspace.ts';
import { golden, netFolder, type WrittenBySearch } from '../support/text-nets.ts';
import { tinyFolder } from '../support/tiny-llama.ts';

it('text is written by a folder’s model: told as it comes, whole at the end, held to a form, and the same again', async () => {
  const folder = tempFolder();
  tinyFolder(join(folder, 'tiny'));
  const args = ['generate', 'tiny', '--prompt', 'ab{{letter}}', '--variables', '{"letter":"c"}', '--max-tokens', '8'];
  const { lines } = await done(folder, ...args, '--seed', '5', '--n', '2', '--logprobs', '2', '--json');
  const finished = lines.at(-1)!;
  expect(finished).toMatchObject({ event: 'finished', prompt_tokens: 3, context: 24, cached: true });
  const told = lines.filter(({ event, row }) => event === 'text' && row === 0).map(({ text }) => text);
  expect(told.join('')).toBe(finished.text);
  expect(finished.texts).toHaveLength(2);
  expect((finished.logprobs as unknown[]).length).toBeGreaterThanOrEqual((finished.token_ids as unknown[]).length);
  const again = (await done(folder, ...args, '--seed', '5', '--n', '2', '--logprobs', '2', '--json')).lines.at(-1)!;
  expect(again.texts).toEqual(finished.texts);

  writeFileSync(join(folder, 'schema.json'), '{"type":"object","properties":{"a":{"enum":[1,2,3]}},"required":["a"]}');
  const { stdout } = await done(folder, 'generate', 'tiny', '--prompt', 'a', '--json-schema', 'schema.json');
  expect([1, 2, 3]).toContain((JSON.parse(stdout) as { a: number }).a);

  const missing = await atelier(
    folder,
    'generate',
    'tiny',
    '--prompt',
    '{{a}} and {{b}}',
    '--variables',
    '{"a":1}',
    '--json',
  );
  expect(missing.code).not.toBe(0);
  expect(missing.stderr + missing.stdout).toContain('{{b}}');
  const nothing = await atelier(folder, 'generate', 'nowhere', '--prompt', 'a');
  expect(nothing.code).not.toBe(0);
  expect(nothing.stderr).toMatch(/no .*nowhere/i);
});

it('a prompt comes from a file, is asked of a model, and its answer is kept with its version', async () => {
  const folder = tempFolder();
  tinyFolder(join(folder, 'tiny'));
  const head = 'name: tale\nvariables:\n  who: de\nsettings:\n  maxTokens: 6\n  temperature: 0\n';
  const text = `---\n${head}---\nabc {{who}}\n`;
  writeFileSync(join(folder, 'tale.md'), text);
  await done(folder, 'prompts', 'import', join(folder, 'tale.md'));
  const args = ['prompts', 'run', 'tale', '--model', join(folder, 'tiny'), '--json'];
  const { lines } = await done(folder, ...args);
  const first = lines.at(-1)!;
  expect(first).toMatchObject({ event: 'finished', version: 1, status: 'finished', given: 'abc de', prompt_tokens: 6 });
  const told = lines.filter(({ event }) => event === 'text').map(({ text: part }) => part);
  expect(first.texts).toMatchObject([{ text: told.join('') }]);
  const again = (await done(folder, ...args, '--variables', '{"who":"xy"}')).lines.at(-1)!;
  expect(again).toMatchObject({ version: 1, given: 'abc xy', variables: { who: 'xy' }, weights: first.weights });
  const shown = await done(folder, 'prompts', 'show', 'tale');
  expect(shown.stdout).toBe(text);
  const answers = (await done(folder, 'prompts', 'show', 'tale', '--answers', '--json')).lines;
  expect(answers.slice(1).map(({ completion }) => completion)).toEqual([again.completion, first.completion]);
  const missing = await atelier(folder, 'prompts', 'run', 'tale', '--model', 'nowhere');
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('no_such_run')]);
});

it('a prompt is held to a gate over rows of variables', async () => {
  const folder = tempFolder();
  tinyFolder(join(folder, 'tiny'));
  writeFileSync(join(folder, 'p.md'), '---\nname: p\nsettings: {maxTokens: 5, temperature: 0}\n---\nab{{x}}');
  await done(folder, 'prompts', 'import', join(folder, 'p.md'));
  const asked = (
    await done(folder, 'prompts', 'run', 'p', '--model', join(folder, 'tiny'), '--variables', '{"x":"c"}', '--json')
  ).lines;
  const { text } = (asked.at(-1)!.texts as { text: string }[])[0];
  const rows = [
    { x: 'c', expected: text },
    { x: 'd', expected: 'never' },
  ].map((row) => JSON.stringify(row));
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
  const args = [
    'prompts',
    'eval',
    'p',
    '--rows',
    join(folder, 'rows.jsonl'),
    '--model',
    join(folder, 'tiny'),
    '--json',
  ];
  const { lines } = await done(folder, ...args, '--gate', '0.5');
  expect(lines.map(({ score }) => score)).toEqual([1, 0, 0.5]);
  const below = await atelier(folder, ...args, '--gate', '0.51');
  expect([below.code, below.stderr]).toEqual([1, expect.stringContaining('below_gate')]);
  const without = await atelier(folder, ...args, '--expected', 'answer');
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('no_expected')]);
});

it('what is asked by hand: no cache, a beginning, how likely, a branch, a note, a search, a schema', async () => {
  const folder = tempFolder();
  const model = tinyFolder(join(folder, 'tiny'));
  const last = async (...args: string[]) => (await done(folder, ...args, '--json')).lines.at(-1)!;
  const asked = ['generate', 'tiny', '--prompt', 'abc', '--temperature', '0', '--max-tokens', '6'];
  const kept = await last(...asked);
  expect(await last(...asked, '--no-cache')).toMatchObject({ cached: false, token_ids: kept.token_ids });
  expect((await last(...asked, '--begin', 'xy')).text).toMatch(/^xy/);
  const likely = await last('generate', 'tiny', '--prompt', 'abcdef', '--perplexity');
  expect(likely).toMatchObject({ event: 'finished', tokens: 5, characters: 5, prompt_tokens: 6 });
  expect(likely.perplexity).toBeCloseTo(Math.exp(likely.loss as number), 8);

  writeFileSync(join(folder, 'p.md'), '---\nname: p\nsettings: {maxTokens: 5, temperature: 0}\n---\nab');
  await done(folder, 'prompts', 'import', join(folder, 'p.md'));
  const first = await last('prompts', 'run', 'p', '--model', model);
  const [{ token_ids: tokens, text }] = first.texts as { token_ids: number[]; text: string }[];
  const other = (tokens[2] + 1) % 40;
  const branch = ['--branch', String(first.completion), '--at', '2', '--token', String(other)];
  const branched = (await last('prompts', 'run', 'p', ...branch)).texts as { token_ids: number[] }[];
  expect(branched[0].token_ids.slice(0, 3)).toEqual([...tokens.slice(0, 2), other]);
  expect((await atelier(folder, 'prompts', 'run', 'p', '--at', '2')).stderr).toContain('bad_arguments');
  await done(folder, 'prompts', 'note', 'p', '1', 'the first one');
  const hits = (await done(folder, 'prompts', 'search', 'FIRST', '--json')).lines;
  expect(hits).toMatchObject([{ name: 'p', place: 'note', version: 1, excerpt: 'the first one' }]);
  const answers = (await done(folder, 'prompts', 'search', text.trim(), '--json')).lines;
  expect(answers.map(({ completion }) => completion)).toContain(first.completion);

  writeFileSync(join(folder, 'rows.jsonl'), '{}');
  writeFileSync(join(folder, 'schema.json'), '{"type":"array"}');
  const evaluate = [
    'prompts',
    'eval',
    'p',
    '--model',
    model,
    '--rows',
    join(folder, 'rows.jsonl'),
    '--check',
    'schema',
  ];
  expect(await last(...evaluate, '--json-schema', 'schema.json')).toMatchObject({ check: 'schema', score: 0 });
  expect((await atelier(folder, ...evaluate)).stderr).toContain('bad_arguments');
});

it('a translator writes by its own description, which is told, and otherwise where that is asked', async () => {
  const folder = tempFolder();
  const files = {
    'onnx/encoder_model.onnx': 'encoder_model',
    'onnx/decoder_model_merged.onnx': 'decoder_model_merged',
  };
  const generation = { ...golden.bart.rules.own, num_beam_groups: 2 };
  const model = netFolder('bart', { files, generation });
  const [{ source, written }] = golden.bart.cases;
  const ask = async (...more: string[]) =>
    (await done(folder, 'generate', model, '--prompt', source, '--json', ...more)).lines.at(-1)!;
  const { texts } = written.own as WrittenBySearch;
  const own = await ask();
  // Without the token that it begins with and its end.
  expect(own.token_ids).toEqual(texts[0].tokens.slice(1, -1));
  expect(own).toMatchObject({
    settings: { beams: 4, lengthPenalty: 2, earlyStopping: true, maxTokens: 14, noRepeat: 3 },
    settings_of_model: [
      ...['maxTokens', 'minTokens', 'temperature', 'beams', 'noRepeat', 'lengthPenalty', 'earlyStopping'],
    ],
    not_followed: ['num_beam_groups'],
  });
  const three = (await ask('--n', '3')).texts as { token_ids: number[] }[];
  expect(three.map(({ token_ids: ids }) => ids)).toEqual(texts.map(({ tokens }) => tokens.slice(1, -1)));
  expect(await ask('--beams', '1', '--temperature', '0', '--max-tokens', '3')).toMatchObject({
    settings: { beams: 1, maxTokens: 3, noRepeat: 3 },
  });
  expect(
    await ask('--no-own', '--max-tokens', '3', '--length-penalty', '0.5', '--early-stopping', 'never'),
  ).toMatchObject({
    settings: { beams: 1, temperature: 0.8, lengthPenalty: 0.5, earlyStopping: 'never' },
    settings_of_model: [],
  });
  const many = await atelier(folder, 'generate', model, '--prompt', source, '--n', '9');
  expect(many.stderr).toContain('too_few_beams: A search with 4 beams finds 4 answers, and 9 are asked for');
  const said = await done(folder, 'generate', model, '--prompt', source);
  expect(said.stderr).toContain("As the model's generation_config.json says: maxTokens 14");
});

it('of two texts, of names and of answers it says what the reference says', async () => {
  const folder = tempFolder();
  const net = (family: 'bert' | 'roberta', head: string, kind: string, labels: readonly string[] = []) =>
    netFolder(family, {
      files: { 'onnx/model.onnx': head },
      config: {
        architectures: [`${family === 'bert' ? 'Bert' : 'Roberta'}For${kind}`],
        id2label: Object.fromEntries(labels.entries()),
      },
    });
  const ask = async (...args: string[]) => (await done(folder, 'generate', ...args, '--json')).lines.at(-1)!;
  interface Told {
    kind: string;
    scores: { label: string; score: number }[];
    spans: { start: number; end: number; text: string; label: string; score: number }[];
    none: number;
  }
  const classes = ['contradiction', 'neutral', 'entailment'];
  const { text, pair, tokens, probabilities } = golden.roberta.pairs[0];
  const classifier = net('roberta', 'classes', 'SequenceClassification', classes);
  const of = await ask(classifier, '--prompt', text, '--text-pair', pair!);
  expect(of.prompt_token_ids).toEqual(tokens);
  const { scores } = of.verdict as Told;
  expect(scores).toHaveLength(3);
  for (const { label, score } of scores) expect(score).toBeCloseTo(probabilities[classes.indexOf(label)], 5);

  const names = net('bert', 'names', 'TokenClassification', ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC']);
  const named = golden.bert.named[1];
  const found = await ask(names, '--prompt', named.text);
  const bare = (spans: readonly { start: number; end: number; text: string; label: string }[]) =>
    spans.map(({ start, end, text: own, label }) => ({ start, end, text: own, label }));
  expect(bare((found.verdict as Told).spans)).toEqual(bare(named.spans));
  expect(found.text).toBe(named.spans.map(({ label, text: own }) => `${label}: ${own}`).join('; '));
  const shown = await done(folder, 'generate', names, '--prompt', named.text);
  expect(shown.stdout).toContain(`${named.spans[0].start}–${named.spans[0].end}`);

  const answers = net('bert', 'answers', 'QuestionAnswering');
  const [{ question, context, answers: wanted, none }] = golden.bert.asked;
  writeFileSync(join(folder, 'context.txt'), context);
  const said = (await ask(answers, '--prompt', question, '--text-pair-file', join(folder, 'context.txt')))
    .verdict as Told;
  expect(said.spans.map(({ text: own }) => own)).toEqual(wanted.map(({ text: own }) => own));
  expect(said.none).toBeCloseTo(none, 5);
  const alone = await atelier(folder, 'generate', answers, '--prompt', question);
  expect(alone.stderr).toMatch(/^error: no_context: /m);
  const vain = await atelier(folder, 'generate', names, '--prompt', 'a', '--text-pair', 'b');
  expect(vain.stderr).toMatch(/^error: bad_arguments: The model finds what is named/m);
});
