import { describe, expect, it } from 'vitest';
import { int32s, readBlob, writeBlob } from '../../../../src-main/datasets/blobs.ts';
import { imageNames } from '../../../../src-main/datasets/divide/keys.ts';
import { readOriginal } from '../../../../src-main/datasets/images/original.ts';
import { readPixels } from '../../../../src-main/datasets/images/pixels.ts';
import { previewRecipe } from '../../../../src-main/datasets/recipes/preview.ts';
import { Previewer } from '../../../../src-main/datasets/recipes/previewer.ts';
import { reviseDataset } from '../../../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../../../src-main/datasets/training-data.ts';
import { splitNames, type Manifest, type SplitName } from '../../../../src-main/shared/dataset.ts';
import { Random } from '../../../../src-main/shared/random.ts';
import { emptyRecipe, type Recipe } from '../../../../src-main/shared/recipe.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../../support/data-import.ts';
import { changedPicture, picture, pictureFile } from '../../../support/data-lookalikes.ts';
import { recipeOf } from '../../../support/recipes.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

/** 30 cats and 20 dogs, all of them other pictures; c00 … c04 come again as they are, d00 … d05 a little changed. Copies are called after them. */
async function pets(): Promise<{ folder: Folder; manifest: Manifest }> {
  const folder = await dataFolder();
  const random = new Random(5);
  const files: Record<string, Uint8Array> = {};
  const [cats, dogs] = [30, 20].map((count) => Array.from({ length: count }, () => picture(random)));
  const two = (i: number) => String(i).padStart(2, '0');
  for (const [i, pixels] of cats.entries()) {
    files[`set/cat/c${two(i)}.png`] = await pictureFile(pixels);
    if (i < 5) files[`set/cat/c${two(i)}_same.png`] = files[`set/cat/c${two(i)}.png`];
  }
  for (const [i, pixels] of dogs.entries()) {
    files[`set/dog/d${two(i)}.png`] = await pictureFile(pixels);
    if (i < 6) files[`set/dog/d${two(i)}_like.png`] = await pictureFile(await changedPicture(pixels, i % 3, random));
  }
  await writeFiles(folder.path, files);
  const { manifest } = await importFrom(folder, ['set']);
  return { folder, manifest: await divided(folder, manifest, () => 'train') };
}

async function divided(folder: Folder, manifest: Manifest, of: (name: string) => SplitName): Promise<Manifest> {
  const names = await imageNames(folder.blobs, manifest);
  const split = Uint8Array.from(names, (name) => splitNames.indexOf(of(name)));
  const count = (part: number) => split.filter((each) => each === part).length;
  const splits = { train: count(0), validation: count(1), test: count(2) };
  return { ...manifest, splits, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
}

const revise = ({ blobs }: Folder, manifest: Manifest, recipe: Recipe) => reviseDataset({ blobs, manifest, recipe });
const bare = (names: string[]) => names.map((name) => name.split('/').at(-1)!.replace('.png', ''));
const namesOf = async ({ blobs }: Folder, manifest: Manifest) => bare(await imageNames(blobs, manifest));

/** Each sample's pixels, file, class and split, by its name. */
async function contents({ blobs }: Folder, manifest: Manifest) {
  const names = bare(await imageNames(blobs, manifest));
  const all = names.map((_, i) => i);
  const pixels = await readPixels(blobs, manifest, all);
  const size = pixels.length / names.length;
  const labels = int32s(await readBlob(blobs, manifest.blobs.labels!));
  const split = await readBlob(blobs, manifest.blobs.split);
  const facts = await Promise.all(
    all.map(async (i) => ({
      pixels: Buffer.from(pixels.subarray(i * size, (i + 1) * size)).toString('base64'),
      file: Buffer.from((await readOriginal(blobs, manifest, i)).bytes).toString('base64'),
      label: manifest.classes[labels[i]]?.name ?? null,
      split: split[i],
    })),
  );
  return new Map(names.map((name, i) => [name, facts[i]]));
}

describe('a recipe of images', () => {
  it('leaves out copies, exact and near, stores no pixel again, and is undone to the very version before', async () => {
    const { folder, manifest } = await pets();
    const before = await contents(folder, manifest);
    const stored = await filesIn(folder.blobs);
    const exact = await revise(folder, manifest, recipeOf(['copies', { which: 'exact' }]));
    expect(exact.change).toBe('recipe: + copies: 56 of 61 images, 5 left out by copies');
    expect((await namesOf(folder, exact.manifest)).filter((name) => name.endsWith('_same'))).toHaveLength(0);

    const { manifest: near, change } = await revise(folder, manifest, recipeOf(['copies']));
    expect(change).toBe('recipe: + copies: 50 of 61 images, 11 left out by copies');
    const now = await contents(folder, near);
    expect([...now.keys()]).toEqual([...before.keys()].filter((name) => !name.includes('_')));
    for (const [name, facts] of now) expect(facts, name).toEqual(before.get(name));
    expect(near.classes).toEqual([
      { name: 'cat', count: 30 },
      { name: 'dog', count: 20 },
    ]);
    expect(near.splits).toEqual({ train: 50, validation: 0, test: 0 });
    // Pixels and files are pointed at, where they were.
    expect([near.blobs.images, near.blobs.originals]).toEqual([manifest.blobs.images, manifest.blobs.originals]);
    const added = (await filesIn(folder.blobs)).filter((file) => !stored.includes(file));
    expect(added).not.toHaveLength(0);
    expect(added.length).toBeLessThan(20);

    const undone = await revise(folder, near, emptyRecipe);
    expect(undone.change).toBe('recipe: − copies: all 61 images');
    expect(undone.manifest).toEqual(manifest);
    // Changed, not put on top of the one before.
    const other = await revise(folder, near, recipeOf(['copies', { which: 'exact' }]));
    expect(other.manifest).toEqual(exact.manifest);
    expect((await failure(revise(folder, near, near.recipe!))).code).toBe('no_change');
  });

  it('keeps held-out copies unless it is told not to, and of a set the one that is held out', async () => {
    const { folder, manifest } = await pets();
    const held = await divided(folder, manifest, (name) =>
      /c00_same|d00_like|c01/.test(name) ? 'test' : /d01|c02_same/.test(name) ? 'validation' : 'train',
    );
    const names = async (from: string) =>
      (await namesOf(folder, (await revise(folder, held, recipeOf(['copies', { from }]))).manifest)).filter((name) =>
        /^[cd]0[0-2]/.test(name),
      );
    expect(await names('train')).toEqual([
      ...['c00_same', 'c01', 'c01_same', 'c02_same', 'd00_like', 'd01', 'd01_like', 'd02'],
    ]);
    expect(await names('everywhere')).toEqual(['c00_same', 'c01', 'c02_same', 'd00_like', 'd01', 'd02']);
  });

  it('trains on what it leaves, pixel by pixel', async () => {
    const { folder, manifest } = await pets();
    const { manifest: next } = await revise(
      folder,
      manifest,
      recipeOf(['filter', { condition: "not name contains '5'" }], ['copies']),
    );
    const { splits } = await loadTrainingData(folder.blobs, { ...next, classes: next.classes });
    expect(splits.train.count).toBe(next.samples);
    expect(Buffer.from(splits.train.x as Uint8Array)).toEqual(
      Buffer.from(
        await readPixels(
          folder.blobs,
          next,
          Array.from({ length: next.samples }, (_, i) => i),
        ),
      ),
    );
  });

  it('is previewed as far as people wait: stopped, it says so, and asked again it begins anew', async () => {
    const { folder, manifest } = await pets();
    const previewer = new Previewer();
    const heard: number[] = [];
    const ask = () =>
      previewer.preview(folder.blobs, manifest, recipeOf(['copies']), 1, ({ done, total }) => {
        heard.push(done / total);
        if (heard.length === 1) previewer.stop(manifest);
      });
    expect(await failure(ask())).toMatchObject({ code: 'stopped' });
    expect((await ask()).dropped).toBe(11);
    expect(heard.length).toBeGreaterThan(1);
    expect(heard.at(-1)).toBe(1);
  });

  it('shows which go, each copy under the one that stays', async () => {
    const { folder, manifest } = await pets();
    const recipe = recipeOf(['filter', { condition: "class = 'cat'" }], ['copies', { which: 'exact' }]);
    const told = await previewRecipe(folder.blobs, manifest, recipe, 2);
    expect([told.sampled, told.dropped, told.added]).toEqual([35, 5, 0]);
    const { columns, rows } = told.after;
    expect(columns.map(({ name }) => name)).toEqual(['name', 'class', 'split', 'folder']);
    expect(rows.slice(0, 4).map(({ cells, dropped }) => [bare([cells[0]!])[0], dropped === true])).toEqual([
      ['c00', false],
      ['c00_same', true],
      ['c01', false],
      ['c01_same', true],
    ]);
    const { image, pixels } = told.pictures!;
    expect(image).toEqual(manifest.image);
    expect(Buffer.from(pixels)).toEqual(
      Buffer.from(
        await readPixels(
          folder.blobs,
          manifest,
          rows.map(({ row }) => row),
        ),
      ),
    );
    const filtered = await previewRecipe(folder.blobs, manifest, recipe, 1);
    expect([filtered.sampled, filtered.dropped]).toEqual([61, 26]);
    expect(filtered.after.rows.filter(({ dropped }) => dropped)).toHaveLength(26);
    const raw = await previewRecipe(folder.blobs, manifest, recipe, 0);
    expect([raw.sampled, raw.dropped, raw.after.rows.length]).toEqual([61, 0, 40]);
  });
});
