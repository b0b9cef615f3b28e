import { describe, expect, it, vi } from 'vitest';
import { answer } from '../../src-main/ipc/answer.ts';
import type { Handlers } from '../../src-main/ipc/answer.ts';

const handlers = { 'datasets.rename': vi.fn(() => null), 'app.info': vi.fn(() => 'info') } as unknown as Handlers;
const id = 'ds_0123456789abcdef';

describe('a call from the window', () => {
  it('reaches its handler with the parsed input', async () => {
    await answer(handlers, 'datasets.rename', { id, name: '  iris  ' });
    expect(handlers['datasets.rename']).toHaveBeenCalledWith({ id, name: 'iris' });
  });

  it.each([
    ['a channel that does not exist', 'shell.exec', undefined, 'unknown_channel'],
    ['a name from the prototype', 'constructor', undefined, 'unknown_channel'],
    ['a channel that is no text', { toString: (): string => 'app.info' }, undefined, 'unknown_channel'],
    ['an id of another kind', 'datasets.rename', { id: 'run_0123456789abcdef', name: 'x' }, 'invalid_input'],
    ['an id that climbs', 'datasets.rename', { id: '../../etc', name: 'x' }, 'invalid_input'],
    ['an empty name', 'datasets.rename', { id, name: ' ' }, 'invalid_input'],
    ['a missing field', 'datasets.rename', { id }, 'invalid_input'],
    ['input where none belongs', 'app.info', { extra: 1 }, 'invalid_input'],
  ])('refuses %s', async (_what, channel, input, code) => {
    await expect(answer(handlers, channel, input)).rejects.toMatchObject({ code });
  });
});
