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
