import { describe, expect, it } from 'vitest';
import { AtelierError } from '../../src-main/shared/errors.ts';
import type { PromptDetail } from '../../src-main/shared/prompt/prompt.ts';
import type { Studio } from '../../src-renderer/bridge/studio.ts';
import { Prompts } from '../../src-renderer/state/prompts.svelte.ts';
import { makePrompts } from './harness/prompts.ts';

it('an answer asked for while the list is read again is not lost, nor is how it ended', async () => {
  const { prompts: all } = makePrompts(1_000_000);
  const [stored] = all as [PromptDetail];
  const { id } = stored.summary;
  const asked = {
    ...stored.completions[0],
    id: 'cp_new' as never,
    createdAt: 2_000_000,
    status: 'running' as const,
    texts: [],
  };
  const gets: ((detail: PromptDetail) => void)[] = [];
  const call = (channel: string) => {
    if (channel === 'prompts.get') return new Promise((resolve) => gets.push(resolve));
    return Promise.resolve(channel === 'prompts.run' ? asked : channel === 'prompts.list' ? [stored.summary] : []);
  };
  const prompts = new Prompts({ call } as unknown as Studio);
  const opened = prompts.open(id);
  await expect.poll(() => gets.length).toBe(1);
  gets[0](stored);
  await opened;
  prompts.changed();
  await expect.poll(() => gets.length).toBe(2);
  await prompts.run();
  expect(prompts.running).toHaveLength(1);
  // What was asked before knows nothing of it.
  gets[1](stored);
  await expect
    .poll(() => prompts.detail?.completions.map((one) => one.id))
    .toEqual(['cp_new', ...stored.completions.map((one) => one.id)]);
  const news = { prompt: id, completion: asked.id, parts: [], ended: { ...asked, status: 'stopped' as const } };
  prompts.take(news);
  expect(prompts.running).toEqual([]);
  // One that is not known here yet.
  const other = { ...asked, id: 'cp_other' as never, createdAt: 3_000_000 };
  prompts.take({ ...news, completion: other.id, ended: { ...other, status: 'finished' } });
  prompts.changed();
  await expect.poll(() => gets.length).toBe(3);
  gets[2]({ ...stored, completions: [other, ...stored.completions] });
  await expect.poll(() => prompts.detail?.completions.find((one) => one.id === other.id)?.status).toBe('finished');
});

describe('the text on the bench', () => {
  async function opened(answer: (channel: string, input: unknown) => unknown) {
    const [stored] = makePrompts(1_000_000).prompts as [PromptDetail];
    const asked: [string, Record<string, unknown>][] = [];
    const call = async (channel: string, input: Record<string, unknown>) => {
      asked.push([channel, input]);
      return channel === 'prompts.get' ? { ...stored, text: 'one' } : ((await answer(channel, input)) ?? null);
    };
    const prompts = new Prompts({ call } as unknown as Studio);
    await prompts.open(stored.summary.id);
    const edits = () => asked.filter(([channel]) => channel === 'prompts.edit').map(([, input]) => input);
    return { prompts, edits };
  }
  const typed = (at: number, inserted: string) => [{ at, length: 0, inserted }];

  it('goes to disk by what has changed, and is read when it is asked for', async () => {
    const { prompts, edits } = await opened(() => null);
    let reads = 0;
    const read = () => `one${'!'.repeat(++reads)}`;
    prompts.write(typed(3, 'a'), 4, read);
    prompts.write(typed(4, 'b'), 5, read);
    expect(reads).toBe(0);
    await prompts.flush();
    expect(edits()).toMatchObject([{ changes: { made: [...typed(3, 'a'), ...typed(4, 'b')], length: 5 } }]);
    expect([reads, prompts.text]).toEqual([1, 'one!']);
    expect(prompts.saving).toBe(false);
  });
  it('goes whole where the stored one has become another', async () => {
    let first = true;
    const { prompts, edits } = await opened((channel) => {
      if (channel !== 'prompts.edit' || !first) return null;
      first = false;
      throw new AtelierError('prompt_out_of_step', 'no');
    });
    prompts.write(typed(3, '!'), 4, () => 'one!');
    await prompts.flush();
    await expect.poll(() => prompts.saving).toBe(false);
    expect(edits()).toMatchObject([{ changes: {} }, { text: 'one!' }]);
    expect(edits()[1].changes).toBeUndefined();
  });
  it('is undone by what the store says, unless somebody has typed on meanwhile', async () => {
    const heard: unknown[] = [];
    const { prompts, edits } = await opened((channel) => {
      if (channel !== 'prompts.undo') return null;
      if (heard.length > 0) prompts.write(typed(2, 'x'), 3, () => 'onx');
      return typed(0, 'back');
    });
    await prompts.step('undo', (changes) => heard.push(changes));
    expect(heard).toEqual([typed(0, 'back')]);
    await prompts.step('undo', (changes) => heard.push(changes));
    await prompts.flush();
    expect(heard).toHaveLength(1);
    expect(edits()).toMatchObject([{ text: 'onx' }]);
  });
});

describe('a text that the store does not take', () => {
  const typed = (at: number, inserted: string) => [{ at, length: 0, inserted }];
  async function opened() {
    const [first, second] = makePrompts(1_000_000).prompts as [PromptDetail, PromptDetail];
    const texts = new Map([
      [first.summary.id, 'one'],
      [second.summary.id, 'two'],
    ]);
    const state = { full: true, asked: [] as [string, Record<string, unknown>][] };
    const call = (channel: string, input: Record<string, unknown>) => {
      state.asked.push([channel, input]);
      const id = input?.id as PromptDetail['summary']['id'];
      if (channel === 'prompts.get') {
        const stored = id === first.summary.id ? first : second;
        return Promise.resolve({ ...stored, text: texts.get(id) });
      }
      if (channel !== 'prompts.edit') return Promise.resolve(null);
      if (state.full && id === first.summary.id) return Promise.reject(new AtelierError('disk_full', 'No room.'));
      if (typeof input.text === 'string') texts.set(id, input.text);
      return Promise.resolve(null);
    };
    const prompts = new Prompts({ call } as unknown as Studio);
    await prompts.open(first.summary.id);
    const edits = (id: string) =>
      state.asked.filter(([channel, input]) => channel === 'prompts.edit' && input.id === id).map(([, input]) => input);
    return { prompts, state, edits, texts, a: first.summary.id, b: second.summary.id, settings: first.bench };
  }

  it('is there again when its prompt is, is said, and goes when the store takes it; no other prompt has any of it', async () => {
    const { prompts, state, edits, texts, a, b, settings } = await opened();
    prompts.write(typed(3, '!'), 4, () => 'one!');
    prompts.arrange({ settings: { ...settings.settings, seed: 77 } });
    await prompts.flush();
    expect(prompts.unstored).toMatchObject({ code: 'disk_full' });
    expect([prompts.text, prompts.saving]).toEqual(['one!', true]);
    await prompts.open(b);
    expect([prompts.text, prompts.unstored]).toEqual(['two', null]);
    prompts.write(typed(3, '?'), 4, () => 'two?');
    await prompts.flush();
    expect(edits(b)).toEqual([{ id: b, changes: { made: typed(3, '?'), length: 4 } }]);
    await prompts.open(a);
    expect([prompts.text, prompts.bench?.settings.seed]).toEqual(['one!', 77]);
    expect(prompts.unstored).toMatchObject({ code: 'disk_full' });
    prompts.write(typed(4, '!'), 5, () => 'one!!');
    state.full = false;
    await prompts.flush();
    expect([prompts.unstored, prompts.saving, texts.get(a)]).toEqual([null, false, 'one!!']);
    expect(edits(a).at(-1)).toMatchObject({ text: 'one!!', bench: { settings: { seed: 77 } } });
  });

  it('is tried again by itself, whichever prompt is open', async () => {
    const { prompts, state, texts, a, b } = await opened();
    prompts.write(typed(3, '!'), 4, () => 'one!');
    await prompts.flush();
    await prompts.open(b);
    state.full = false;
    await expect.poll(() => texts.get(a), { timeout: 5000 }).toBe('one!');
    await prompts.open(a);
    expect([prompts.text, prompts.unstored]).toEqual(['one!', null]);
  });

  it('is not run, kept or restored as it was before', async () => {
    const { prompts, state } = await opened();
    prompts.write(typed(3, '!'), 4, () => 'one!');
    const acts = [() => prompts.run(), () => prompts.saveVersion(), () => prompts.restore(1), () => prompts.saveAs()];
    for (const act of acts) await expect(act()).rejects.toMatchObject({ code: 'disk_full' });
    const channels = state.asked.map(([channel]) => channel);
    for (const never of ['run', 'save', 'restore', 'saveAs']) expect(channels).not.toContain(`prompts.${never}`);
  });
});
