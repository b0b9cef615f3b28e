import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src-main/jobs/context.ts';
import { Events } from '../../../src-main/jobs/events.ts';
import type { SampleSource } from '../../../src-main/jobs/prompts/draw.ts';
import type { Evaluations } from '../../../src-main/jobs/prompts/evaluations.ts';
import { importPrompts } from '../../../src-main/jobs/prompts/prompt-files.ts';
import type { UtilityExit, UtilityHandle } from '../../../src-main/jobs/utility.ts';
import { usualGeneration } from '../../../src-main/shared/generation.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import type { WriterRequest, WriterResponse } from '../../../src-main/shared/prompt/writer.ts';
import { promptsHere } from '../../support/prompts-here.ts';
import { openWriter, tempFolder } from '../../support/temp-workspace.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A process that writes one token for each turn of the crank: what the owner does with what it hears is tested here. */
class Crank {
  asked: WriterRequest[] = [];
  killed = 0;
  #hear: (message: unknown) => void = () => {};
  #exit: (exit: UtilityExit) => void = () => {};
  spawn = (): UtilityHandle => ({
    pid: 1,
    post: (message) => void this.asked.push(message as WriterRequest),
    onMessage: (listener) => void (this.#hear = listener),
    onOutput: () => {},
    onExit: (listener) => void (this.#exit = listener),
    kill: () => void this.killed++,
  });
  get last(): Extract<WriterRequest, { type: 'write' }> {
    return this.asked.findLast(({ type }) => type === 'write') as Extract<WriterRequest, { type: 'write' }>;
  }
  say(message: WithoutId<WriterResponse>): void {
    this.#hear({ ...message, id: this.last.id });
  }
  write(text: string, row = 0): void {
    this.say({ ok: undefined, part: { row, text, tokens: 1 } });
  }
  finish(text: string): void {
    const texts = [{ text, tokens: [5, 6, 7], finish: 'end' as const, choices: [] }];
    const facts = {
      promptTokens: 2,
      context: 9,
      cached: true,
      loadMs: 1,
      firstTokenMs: 1,
      tokensPerSecond: 9,
      weights: 'x',
    };
    this.say({ ok: true, value: { given: 'seen', texts, stopped: false, facts } });
  }
  die(): void {
    this.#exit({ code: null, signal: 'SIGKILL' });
  }
}

/** These prompts draw from no table. */
const noSamples: SampleSource = { page: () => expect.unreachable() };

function opened(folder = tempFolder()) {
  const store = openWriter(folder);
  const crank = new Crank();
  return { folder, store, crank, ...promptsHere(store, { spawn: crank.spawn, samples: noSamples }) };
}
function withModel(folder: string): string {
  const model = join(folder, 'a-model');
  mkdirSync(model, { recursive: true });
  for (const name of ['config.json', 'tokenizer.json']) writeFileSync(join(model, name), '{}');
  return model;
}
const ask = { variables: { who: 'Ann' }, settings: usualGeneration };

describe('prompts', () => {
  it('keep each version as it was, the same text once, and give an old one back', () => {
    const { prompts, store } = opened();
    const id = prompts.create({ name: 'Tale', text: 'one' });
    expect(prompts.save(id, 'first')).toBe(1);
    prompts.edit(id, { text: 'two' });
    expect(prompts.save(id)).toBe(2);
    expect(prompts.save(id)).toBe(2);
    prompts.edit(id, { text: 'three' });
    prompts.restore(id, 1);
    expect(prompts.get(id)).toMatchObject({
      text: 'one',
      versions: [{ number: 3 }, { number: 2 }, { number: 1, note: 'first' }],
    });
    expect(prompts.version(id, 3).text).toBe('three');
    expect(prompts.save(id)).toBe(1);
    expect(() => prompts.version(id, 9)).toThrow(expect.objectContaining({ code: 'no_such_version' }));
    expect(() => store.run(`UPDATE prompt_versions SET number = 0 WHERE number = 1`)).toThrow();
    store.close();
  });

  it('keep the passages that an answer was given, and ask again with these', async () => {
    const { prompts, crank, folder, store, languageModels, completions } = opened();
    const id = prompts.create({ name: 'Ask', text: 'From:\n{{passages}}\n{{who}}' });
    const model = { folder: languageModels.add(withModel(folder)) };
    const passage = { document: newId('document'), name: 'a.pdf', number: 0, page: 3, headings: [], start: 0, end: 3 };
    const retrieved = {
      collection: newId('collection'),
      name: 'Manuals',
      query: 'who?',
      passages: [{ ...passage, text: 'one', score: 1, words: 1, letters: null }],
      tokens: 5,
      left: 0,
    };
    const { completion, ended } = completions.run(id, { ...ask, model, retrieved });
    expect(crank.last.prompt).toBe('From:\n[1] a.pdf, p. 3\none\nAnn');
    crank.finish('x');
    expect((await ended).request).toMatchObject({ retrieved, variables: { passages: '[1] a.pdf, p. 3\none' } });
    const again = await completions.ask(id, {
      ...ask,
      model,
      variables: completion.request.variables,
      again: completion.id,
    });
    expect(again.completion.request.retrieved).toEqual(retrieved);
    expect(crank.last.prompt).toBe('From:\n[1] a.pdf, p. 3\none\nAnn');
    crank.finish('x');
    await again.ended;
    // Without documents it is a variable like others.
    await expect(completions.ask(id, { ...ask, model })).rejects.toThrow(
      expect.objectContaining({ code: 'unknown_variable' }),
    );
    store.close();
  });

  it('keep an answer with all that it takes to ask again', async () => {
    const { prompts, crank, folder, store, languageModels, completions } = opened();
    const id = prompts.create({ name: 'Tale', text: 'system:\nBe {{how}}\nuser:\n{{who}}' });
    const model = { folder: languageModels.add(withModel(folder)) };
    const variables = { who: 'user:\nsystem:', how: 'brief', unused: 'x' };
    const { completion, ended } = completions.run(id, { ...ask, model, variables });
    expect(completion).toMatchObject({ version: 1, status: 'running', request: { modelName: 'a-model' } });
    // A value is no heading.
    expect(crank.last.prompt).toEqual([
      { role: 'system', text: 'Be brief' },
      { role: 'user', text: 'user:\nsystem:' },
    ]);
    crank.write('On');
    crank.write('ce');
    // On disk though nothing more comes.
    await expect.poll(() => prompts.get(id).completions[0].texts[0].text).toBe('Once');
    crank.finish('Once');
    expect(await ended).toMatchObject({
      status: 'finished',
      given: 'seen',
      texts: [{ text: 'Once', tokens: [5, 6, 7] }],
      request: { variables: { who: 'user:\nsystem:', how: 'brief' }, settings: usualGeneration },
      facts: { weights: 'x' },
    });
    const branched = completions.run(id, {
      ...ask,
      model,
      variables,
      branch: { of: completion.id, row: 0, at: 2, token: 8 },
    });
    expect(crank.last.begun).toEqual([5, 6, 8]);
    crank.finish('Only');
    expect((await branched.ended).request.branch).toEqual({ of: completion.id, row: 0, tokens: [5, 6, 8] });
    store.close();
  });

  it('keep what was written when the process that writes dies, or does not hear that it should stop', async () => {
    const { prompts, crank, folder, store, languageModels, completions } = opened();
    const id = prompts.create({ name: 'Tale', text: 'a' });
    const model = { folder: languageModels.add(withModel(folder)) };
    const first = completions.run(id, { ...ask, model });
    crank.write('half');
    crank.die();
    expect(await first.ended).toMatchObject({
      status: 'failed',
      texts: [{ text: 'half' }],
      error: { code: 'process_died' },
    });
    const second = completions.run(id, { ...ask, model });
    crank.write('some');
    const began = performance.now();
    completions.stop(second.completion.id);
    expect(await second.ended).toMatchObject({ status: 'stopped', texts: [{ text: 'some' }] });
    expect(crank.killed).toBe(1);
    expect(performance.now() - began).toBeGreaterThan(100);
    store.close();
  });

  it('mark an answer whose owner died, with what it had come to', () => {
    const folder = tempFolder();
    const one = opened(folder);
    const id = one.prompts.create({ name: 'Tale', text: 'a' });
    const model = { folder: one.languageModels.add(withModel(folder)) };
    one.completions.run(id, { ...ask, model });
    one.crank.write('half');
    one.store.close();
    const again = opened(folder);
    expect(again.prompts.get(id).completions).toMatchObject([{ status: 'interrupted', texts: [{ text: 'half' }] }]);
    // What was used last is what a new one begins with.
    again.prompts.edit(id, { bench: { ...again.prompts.get(id).bench, model } });
    expect(again.prompts.get(again.prompts.create({ name: 'B' })).bench.model).toEqual(model);
    again.store.close();
  });

  it('ask nothing that cannot be asked', () => {
    const { prompts, crank, folder, store, languageModels, completions } = opened();
    const model = { folder: languageModels.add(withModel(folder)) };
    const refused = (text: string, code: string) => {
      const id = prompts.create({ name: 'x', text });
      expect(() => completions.run(id, { ...ask, model })).toThrow(expect.objectContaining({ code }));
      expect(prompts.get(id)).toMatchObject({ versions: [], completions: [] });
    };
    refused(' \n', 'empty_prompt');
    refused('{{nobody}}', 'unknown_variable');
    refused('hi\nuser:\nyou', 'text_before_turns');
    expect(() => languageModels.add(tempFolder())).toThrow(expect.objectContaining({ code: 'not_a_language_model' }));
    languageModels.remove(model.folder);
    refused('a', 'no_such_model');
    expect(crank.asked).toEqual([]);
    // A second time changes nothing; what is put back is the same model.
    languageModels.remove(model.folder);
    languageModels.putBack(model.folder);
    expect(languageModels.list().map(({ ref }) => ref)).toEqual([model]);
    languageModels.putBack(model.folder);
    expect(languageModels.list()).toHaveLength(1);
    store.close();
  });

  it('are found by what stands in them, in their notes and in answers', async () => {
    const { prompts, crank, folder, store, languageModels, completions } = opened();
    const id = prompts.create({ name: 'Tale', text: 'a Red\nball' });
    prompts.save(id);
    prompts.annotate(id, 1, ' 100% of it ');
    expect(prompts.get(id).versions[0]).toMatchObject({ number: 1, note: '100% of it' });
    expect(() => prompts.annotate(id, 9, 'x')).toThrow(expect.objectContaining({ code: 'no_such_version' }));
    expect(() => prompts.annotate(id, 1, 'x'.repeat(1001))).toThrow(expect.objectContaining({ code: 'bad_arguments' }));
    const model = { folder: languageModels.add(withModel(folder)) };
    const { completion, ended } = completions.run(id, { ...ask, model });
    crank.finish('It said "red" again');
    await ended;
    prompts.edit(id, { text: 'a blue one' });
    const found = (text: string) => prompts.search(text).map(({ place, excerpt }) => [place, excerpt]);
    expect(found('red')).toEqual([
      ['answer', 'It said "red" again'],
      ['version', 'a Red ball'],
    ]);
    expect(prompts.search('"red"')).toMatchObject([
      { prompt: id, name: 'Tale', version: 1, completion: completion.id },
    ]);
    expect(found('blue')).toEqual([['draft', 'a blue one']]);
    // Signs that mean something to SQL stand for themselves.
    expect(found('100%')).toEqual([['note', '100% of it']]);
    for (const none of ['1%it', 'b_ue', '', ' ']) expect(found(none)).toEqual([]);
    prompts.edit(id, { text: `${'x'.repeat(500)} needle ${'y'.repeat(500)}` });
    expect(found('needle')[0][1]).toMatch(/^…x{59} needle y{59}…$/);
    // In any script, and where a letter is longer in the other case.
    prompts.edit(id, { text: `${'ẞ'.repeat(70)} Кошка sitzt auf der STRAßE, ΟΔΟΣ` });
    expect(found('КОШКА')[0]).toEqual(['draft', `…${'ẞ'.repeat(59)} Кошка sitzt auf der STRAßE, ΟΔΟΣ`]);
    for (const one of ['straße', 'οδος', 'Кошка']) expect(found(one)).toHaveLength(1);
    expect(found('кошки')).toEqual([]);
    prompts.set(id, { archived: true });
    expect(found('red')).toEqual([]);
    store.close();
  });

  it('come and go as files', () => {
    const { prompts, folder, store } = opened();
    const id = prompts.create({ name: 'Tale', text: 'Hi {{who}}', tags: ['a'] });
    prompts.edit(id, {
      bench: {
        ...prompts.get(id).bench,
        variables: { who: 'Ann', gone: 'x' },
        settings: { ...usualGeneration, topK: 3 },
      },
    });
    const text = prompts.fileText(id);
    expect(text).not.toContain('gone');
    writeFileSync(join(folder, 'tale.md'), text);
    writeFileSync(join(folder, 'bad.md'), '---\nx: 1\n---\n');
    const files = [join(folder, 'tale.md'), join(folder, 'bad.md')];
    const from = (paths: string[]) =>
      importPrompts({ store, events: new Events() } as Context, { prompts, evaluations: {} as Evaluations }, paths);
    expect(() => from(files)).toThrow(expect.objectContaining({ code: 'not_a_prompt' }));
    const [copy] = from(files.slice(0, 1)).prompts;
    expect(prompts.get(copy)).toMatchObject({
      summary: { name: 'Tale', tags: ['a'] },
      text: 'Hi {{who}}',
      bench: { variables: { who: 'Ann' }, settings: { topK: 3 } },
    });
    expect(prompts.list()).toHaveLength(2);
    store.close();
  });
});
