import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atelier, done } from '../support/built-cli.ts';
import { png } from '../support/data-pictures.ts';
import { tempFolder } from '../support/temp-workspace.ts';

async function photos(folder: string, from: number, to: number): Promise<void> {
  for (const name of ['cat', 'dog']) mkdirSync(join(folder, 'photos', name), { recursive: true });
  for (let i = from; i < to; i++) {
    const bytes = await png({ width: 90, height: 60, colour: { r: i * 5, g: i, b: 9 } });
    writeFileSync(join(folder, 'photos', i % 2 ? 'cat' : 'dog', `${i}.png`), bytes);
  }
}

const train = ['train', '--data', 'photos', '--architecture', 'mlp', '--epochs', '1', '--threads', '1', '--json'];

describe('images that are left where they are', () => {
  it('are told when they are gone, trained on all the same, found again, and looked through where they are now', async () => {
    const folder = tempFolder();
    await photos(folder, 0, 20);
    const [first] = (await done(folder, 'import', 'photos', '--reference', '--json')).lines;
    const shown = async () => (await done(folder, 'data', 'show', 'photos', '--json')).lines[0];
    expect(await shown()).toMatchObject({
      originals: { kept: 'referenced', files: 20, present: 20, missing: 0, folders: [join(folder, 'photos')] },
    });

    mkdirSync(join(folder, 'disk'));
    renameSync(join(folder, 'photos'), join(folder, 'disk/pictures'));
    expect(await shown()).toMatchObject({ originals: { present: 0, missing: 20 } });
    const words = await done(folder, 'data', 'show', 'photos');
    expect(words.stderr).toMatch(/20 missing.*stored and stays.*atelier data relink "photos"/s);
    const trained = await done(folder, ...train);
    expect(trained.lines.at(-1)).toMatchObject({ event: 'finished' });
    expect(trained.stderr).toMatch(/20 missing/);

    const wrong = join(folder, 'elsewhere');
    mkdirSync(wrong);
    expect(await atelier(folder, 'data', 'relink', 'photos', wrong)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/originals_not_found/) as unknown,
    });
    expect(await atelier(folder, 'data', 'relink', 'photos', 'nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no_such_file/) as unknown,
    });
    rmSync(join(folder, 'disk/pictures/cat/3.png'));
    const [found] = (await done(folder, 'data', 'relink', 'photos', 'disk', '--json')).lines;
    expect(found).toMatchObject({
      dataset: first.dataset,
      reused: false,
      files: 20,
      found: 19,
      missing: 1,
      changed: 0,
    });
    expect(await shown()).toMatchObject({ version_number: 2, originals: { present: 19, missing: 1 } });
    // The first version looks where the second has found them.
    const [older] = (await done(folder, 'data', 'show', String(first.version), '--json')).lines;
    expect(older).toMatchObject({ version_number: 1, originals: { present: 19, missing: 1 } });

    writeFileSync(join(folder, 'disk/pictures/cat/new.png'), await png({ width: 90, height: 60 }));
    const [grown] = (await done(folder, 'import', '--into', 'photos', '--json')).lines;
    expect(grown).toMatchObject({ growth: { added: 1, removed: 1, changed: 0 }, samples: 20 });
    expect(await shown()).toMatchObject({ version_number: 3, originals: { kept: 'referenced', present: 20 } });
  });

  it('are refused where they cannot be, and copied ones are not looked for', async () => {
    const folder = tempFolder();
    await photos(folder, 0, 6);
    writeFileSync(join(folder, 'rows.csv'), 'a,b\n1,2\n3,4\n');
    expect(await atelier(folder, 'import', 'rows.csv', '--reference')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot_reference/) as unknown,
    });
    await done(folder, 'import', 'photos');
    expect((await done(folder, 'data', 'show', 'photos', '--json')).lines[0].originals).toEqual({ kept: 'copied' });
    expect(await atelier(folder, 'data', 'relink', 'photos', 'photos')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/not_referenced/) as unknown,
    });
    expect(await atelier(folder, 'import', '--into', 'photos', '--reference')).toMatchObject({ code: 2 });
  });
});
