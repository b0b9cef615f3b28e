import { expect, it } from 'vitest';
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
