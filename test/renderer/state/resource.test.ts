import { describe, expect, it } from 'vitest';
import { Resource } from '../../../src-renderer/state/resource.svelte.ts';

describe('a resource', () => {
  it('drops a late answer, and keeps its value while a new one is on its way', async () => {
    const resource = new Resource<string>();
    let finishFirst = (_: string) => {};
    const first = resource.load(() => new Promise((resolve) => (finishFirst = resolve)));
    await resource.load(async () => 'second');
    finishFirst('first');
    await first;
    expect(resource.value).toBe('second');
    expect(resource.pending).toBe(false);
  });
  it('takes an answer that was on its way when the old value was patched', async () => {
    const resource = new Resource<string>();
    await resource.load(async () => 'running');
    let finish: (value: string) => void = () => {};
    const asked = resource.load(() => new Promise((resolve) => (finish = resolve)));
    resource.patch((value) => `${value}, 90 %`);
    expect(resource.value).toBe('running, 90 %');
    finish('finished');
    await asked;
    expect(resource.value).toBe('finished');
  });
  it('tells an error with its code and keeps the last good value', async () => {
    const resource = new Resource<number>();
    await resource.load(async () => 1);
    await resource.load(() => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })));
    expect(resource.error?.code).toBe('enospc');
    expect(resource.value).toBe(1);
  });
});
