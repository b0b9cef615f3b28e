import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atelier, done } from '../support/built-cli.ts';
import { png } from '../support/data-pictures.ts';
import { openWriter, tempFolder } from '../support/temp-workspace.ts';

type Line = Record<string, unknown>;

async function photos(folder: string, from: number, to: number): Promise<void> {
  for (const name of ['cat', 'dog']) mkdirSync(join(folder, 'photos', name), { recursive: true });
  for (let i = from; i < to; i++) {
    const bytes = await png({ width: 9, height: 9, colour: { r: i, g: i % 3, b: 9 } });
    writeFileSync(join(folder, 'photos', i % 2 ? 'cat' : 'dog', `${i}.png`), bytes);
  }
}

describe('atelier import --into', () => {
  it('makes versions of what has changed, listed with their changes, and none where nothing has', async () => {
    const folder = tempFolder();
    await photos(folder, 0, 20);
    const [first] = (await done(folder, 'import', 'photos', '--json')).lines;
    const [same] = (await done(folder, 'import', '--into', 'photos', '--json')).lines;
    expect(same).toMatchObject({ version: first.version, reused: true, growth: { added: 0, removed: 0, changed: 0 } });
    await photos(folder, 20, 26);
    rmSync(join(folder, 'photos/cat/3.png'));
    const grown = await done(folder, 'import', '--into', 'photos', '--json');
    expect(grown.lines[0]).toMatchObject({
      dataset: first.dataset,
      samples: 25,
      reused: false,
      growth: { added: 6, removed: 1, changed: 0 },
    });
    // From where the source lies by now; from then on that is where it is looked for.
    renameSync(join(folder, 'photos'), join(folder, 'moved'));
    expect(await atelier(folder, 'import', '--into', 'photos')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/source_vanished/) as unknown,
    });
    cpSync(join(folder, 'moved/cat/1.png'), join(folder, 'moved/dog/copy.png'));
    await done(folder, 'import', 'moved', '--into', 'photos');
    const words = (await done(folder, 'import', '--into', 'photos')).stdout;
    expect(words).toMatch(/Nothing has changed/);

    const [shown] = (await done(folder, 'data', 'show', 'photos', '--json')).lines;
    expect((shown.versions as Line[]).map(({ number, change, samples }) => [number, change, samples])).toEqual([
      [3, '1 added; imported again from moved', 26],
      [2, '6 added, 1 removed; imported again from photos', 25],
      [1, 'imported from photos', 20],
    ]);
    // Without --into it is another dataset, which is not without a word.
    rmSync(join(folder, 'moved/dog/copy.png'));
    expect(await done(folder, 'import', 'moved')).toMatchObject({
      stdout: expect.stringMatching(/Imported: moved/) as unknown,
      stderr: expect.stringMatching(/"photos" was read from there before.*--into "photos"/) as unknown,
    });
    // A model can be trained on what has grown.
    const train = ['train', '--data', 'photos', '--architecture', 'mlp', '--epochs', '1', '--threads', '1', '--json'];
    expect((await done(folder, ...train)).lines.at(-1)).toMatchObject({ event: 'finished' });
  });

  it('tells rows apart by a key, and refuses what does not go together', async () => {
    const folder = tempFolder();
    const rows = (from: number, to: number, y = 'a') =>
      Array.from({ length: to - from }, (_, i) => `${from + i},${(from + i) * 3},${i % 2 ? y : 'b'}\n`).join('');
    writeFileSync(join(folder, 'orders.csv'), `order,amount,kind\n${rows(0, 30)}`);
    await done(folder, 'import', 'orders.csv', '--target', 'kind');
    writeFileSync(join(folder, 'orders.csv'), `order,amount,kind\n${rows(0, 10, 'c')}${rows(10, 33)}`);
    const [grown] = (await done(folder, 'import', '--into', 'orders', '--row-key', 'order', '--json')).lines;
    expect(grown).toMatchObject({ growth: { added: 3, removed: 0, changed: 5 }, target: 'kind' });
    for (const args of [
      ['--into', 'orders', '--name', 'x'],
      ['--into', 'orders', '--split', 'random'],
      ['orders.csv', '--row-key', 'order'],
      [],
    ]) {
      expect(await atelier(folder, 'import', ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/bad_arguments/) as unknown,
      });
    }
    expect(await atelier(folder, 'import', '--into', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no_such_dataset/) as unknown,
    });
    // As of a workspace that an earlier Atelier made.
    const store = openWriter(folder);
    store.run(`UPDATE dataset_versions SET origin = NULL`);
    store.close();
    expect(await atelier(folder, 'import', '--into', 'orders')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/source_unknown/) as unknown,
    });
    expect((await done(folder, 'import', 'orders.csv', '--into', 'orders')).stdout).toMatch(/Nothing has changed/);
  });
});
