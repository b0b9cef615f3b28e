import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { derived } from '../../src-main/datasets/derived.ts';
import { dataFolder, filesIn } from '../support/data-import.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

async function place() {
  const { path, blobs } = await dataFolder();
  const make = vi.fn(() => Promise.resolve({ a: bytes('one'), b: bytes('two') }));
  const ask = async (from: Record<string, unknown>) => {
    const found = await derived(blobs, from, ['a', 'b'], make);
    return [found.a, found.b].map((each) => Buffer.from(each).toString());
  };
  return { path, blobs, make, ask };
}

it('is made once for the same, and again for anything else', async () => {
  const { make, ask } = await place();
  expect(await ask({ what: 'x', n: 1 })).toEqual(['one', 'two']);
  expect(await ask({ what: 'x', n: 1 })).toEqual(['one', 'two']);
  expect(make).toHaveBeenCalledTimes(1);
  await ask({ what: 'x', n: 2 });
  expect(make).toHaveBeenCalledTimes(2);
});

it.each(['gone', 'damaged', 'cut'])('is made again where what was kept is %s', async (how) => {
  const { blobs, make, ask } = await place();
  await ask({ what: 'x' });
  for (const file of await filesIn(blobs)) {
    if (how === 'gone') await rm(file);
    else await writeFile(file, how === 'cut' ? '' : 'other');
  }
  expect(await ask({ what: 'x' })).toEqual(['one', 'two']);
  expect(make).toHaveBeenCalledTimes(2);
  // And is then kept again.
  expect(await ask({ what: 'x' })).toEqual(['one', 'two']);
  expect(make).toHaveBeenCalledTimes(2);
});

it('is given also where nothing can be kept', async () => {
  const { path, make } = await place();
  await writeFile(join(path, 'file'), '');
  expect(await derived(join(path, 'file', 'blobs'), { what: 'x' }, ['a', 'b'], make)).toHaveProperty('a');
});

it('leaves nothing half written behind', async () => {
  const { blobs, ask } = await place();
  await ask({ what: 'x' });
  expect((await filesIn(blobs)).filter((file) => file.includes('partial'))).toEqual([]);
});
