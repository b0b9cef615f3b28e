import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachAnnotations } from '../../../../src-main/datasets/annotations/read.ts';
import { StoredSounds } from '../../../../src-main/datasets/audio/stored.ts';
import { readBlob } from '../../../../src-main/datasets/blobs.ts';
import { imageNames } from '../../../../src-main/datasets/divide/keys.ts';
import { exportData } from '../../../../src-main/datasets/export-data.ts';
import { versionLabels } from '../../../../src-main/datasets/label-version.ts';
import { namedLabels } from '../../../../src-main/datasets/labels.ts';
import { bringTogether } from '../../../../src-main/datasets/leaks/together.ts';
import { readOriginal } from '../../../../src-main/datasets/images/original.ts';
import { previewRecipe } from '../../../../src-main/datasets/recipes/preview.ts';
import { openRecipeFile } from '../../../../src-main/datasets/recipes/file/open.ts';
import { reviseDataset } from '../../../../src-main/datasets/revise.ts';
import type { Manifest } from '../../../../src-main/shared/dataset.ts';
import type { SaidMarks } from '../../../../src-main/shared/said.ts';
import type { ImportParams } from '../../../../src-main/shared/work/import.ts';
import { emptyRecipe, type Recipe } from '../../../../src-main/shared/recipe.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../../support/data-import.ts';
import { png } from '../../../support/data-pictures.ts';
import { tone, toneFolders, wav } from '../../../support/data-sounds.ts';
import { recipeOf } from '../../../support/recipes.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

/** Images of i colours, 8 × 8, every third one 16 × 8; one dog in five. */
async function images(folder: Folder, count: number, from = 0): Promise<void> {
  const files: Record<string, Uint8Array> = {};
  for (let i = from; i < count; i++) {
    const colour = { r: (i * 37) % 256, g: (i * 11) % 256, b: 9 };
    files[`set/${i % 5 ? 'cat' : 'dog'}/${100 + i}.png`] = await png({ width: i % 3 ? 8 : 16, height: 8, colour });
  }
  await writeFiles(folder.path, files);
}

async function pets(count = 40, params: Partial<ImportParams> = {}) {
  const folder = await dataFolder();
  await images(folder, count);
  const { manifest } = await importFrom(folder, ['set'], params);
  return { folder, blobs: folder.blobs, manifest, ...ways(folder.blobs, manifest) };
}

const ways = (blobs: string, manifest: Manifest) => ({
  revise: (recipe: Recipe, of = manifest) => reviseDataset({ blobs, manifest: of, recipe }),
  names: async (of: Manifest) => (await imageNames(blobs, of)).map((name) => name.split('/').at(-1)!),
});
const again = async (folder: Folder, manifest: Manifest, base: Manifest) => {
  const made = await importFrom(folder, ['set'], { into: { manifest, base }, target: null });
  return { manifest: made.manifest, growth: made.growth! };
};
const cats = recipeOf(['filter', { condition: "class = 'cat'" }]);
const square = recipeOf(['filter', { condition: 'width < 16' }]);

describe('steps for images', () => {
  it('filter by what is known of them', async () => {
    const { blobs, manifest, revise, names } = await pets();
    const left = async (condition: string) => (await revise(recipeOf(['filter', { condition }]))).manifest;
    const sized = await left('width < 16');
    expect(await names(sized)).toEqual((await names(manifest)).filter((name) => (parseInt(name) - 100) % 3 !== 0));
    expect((await left("folder = 'dog' and name ends '5.png'")).samples).toBe(4);
    expect((await left("class != 'dog'")).classes).toEqual([{ name: 'cat', count: 32 }]);
    const trained = await left("split = 'train'");
    expect(trained.splits).toEqual({ train: manifest.splits.train, validation: 0, test: 0 });
    // What its files are like is looked up where it is asked for, and shown then.
    const shown = await previewRecipe(blobs, manifest, square, 1);
    expect(shown.after.columns.map(({ name }) => name)).toEqual([
      'name',
      'class',
      'split',
      'folder',
      'width',
      'height',
    ]);
    expect(shown.dropped).toBe(14);
  });

  it('rebalance the training split alone, the same way each time', async () => {
    const { blobs, manifest, revise } = await pets();
    const byClass = async (of: Manifest, part: number) => {
      const { labels, classes } = await versionLabels(blobs, of, null);
      const split = await readBlob(blobs, of.blobs.split);
      return classes.map((_, i) => labels.filter((label, k) => label === i && split[k] === part).length);
    };
    const [most, least] = (await byClass(manifest, 0)).toSorted((a, b) => b - a);
    expect(most).toBeGreaterThan(least);
    const over = await revise(recipeOf(['rebalance', { how: 'over' }]));
    expect(await byClass(over.manifest, 0)).toEqual([most, most]);
    expect(await byClass(over.manifest, 2)).toEqual(await byClass(manifest, 2));
    expect(over.change).toBe(
      `recipe: + rebalance: ${40 + most - least} of 40 images, ${most - least} copies by rebalance`,
    );
    expect((await revise(recipeOf(['rebalance', { how: 'over' }]))).manifest).toEqual(over.manifest);
    const under = (await revise(recipeOf(['rebalance', { how: 'under', seed: 3 }]))).manifest;
    expect(await byClass(under, 0)).toEqual([least, least]);
    const other = (await revise(recipeOf(['rebalance', { how: 'under', seed: 4 }]))).manifest;
    expect(other.blobs.rows).not.toBe(under.blobs.rows);
    expect((await revise(emptyRecipe, over.manifest)).manifest).toEqual(manifest);
    const preview = await previewRecipe(blobs, manifest, over.manifest.recipe!, 1);
    expect([preview.sampled, preview.added, preview.dropped]).toEqual([40, most - least, 0]);
  });

  it('are refused with one error where they cannot be', async () => {
    const { folder, blobs, manifest, revise } = await pets(12);
    const code = async (recipe: Recipe) => (await failure(revise(recipe))).code;
    expect(await code(recipeOf(['trim']))).toBe('step_unfit');
    expect(await code(recipeOf(['filter', { condition: 'age > 3' }]))).toBe('unknown_column');
    expect(await code(recipeOf(['filter', { condition: 'width >' }]))).toBe('invalid_condition');
    expect(await code(recipeOf(['filter', { condition: 'width > 1000' }]))).toBe('no_rows');
    expect(await code(recipeOf(['unlabelled', { without: 'annotations' }]))).toBe('invalid_settings');
    const told = await failure(revise(recipeOf(['copies'], ['filter', { condition: 'widht > 3' }])));
    expect(told.message).toMatch(/^Step 2 \(filter\): There is no column "widht" at this point\..*width/);
    const bad = { version: 1, steps: [{ id: 'a', kind: 'copies', settings: { which: 'all' }, enabled: true }] };
    expect(await code(bad as Recipe)).toBe('invalid_settings');
    const both = { blobs, manifest, recipe: cats, split: { seed: 1, validation: 0.1, test: 0.1 } };
    expect((await failure(reviseDataset(both))).code).toBe('recipe_alone');
    await writeFiles(folder.path, { 'r.yaml': 'version: 1\nsteps:\n  - kind: scale\n  - kind: copies\n' });
    expect((await failure(openRecipeFile(join(folder.path, 'r.yaml'), manifest))).code).toBe('unknown_step');
    await writeFiles(folder.path, { 'r.yaml': 'version: 1\nsteps:\n  - kind: trim\n' });
    expect((await failure(openRecipeFile(join(folder.path, 'r.yaml'), manifest))).code).toBe('step_unfit');
    await writeFiles(folder.path, { 'r.yaml': 'version: 1\nsteps:\n  - kind: copies\n    settings: {which: exact}\n' });
    const { recipe, missing } = await openRecipeFile(join(folder.path, 'r.yaml'), manifest);
    expect([recipe.steps[0].settings, missing]).toEqual([{ which: 'exact', from: 'train' }, []]);
  });

  it('leave what was left where it lies', async () => {
    const { blobs, manifest, revise } = await pets(20, { originals: 'referenced' });
    const { manifest: next } = await revise(square);
    const names = await imageNames(blobs, manifest);
    for (const [i, name] of (await imageNames(blobs, next)).entries()) {
      expect((await readOriginal(blobs, next, i)).bytes).toEqual(
        (await readOriginal(blobs, manifest, names.indexOf(name))).bytes,
      );
    }
  });
});

describe('what is decided after a recipe of images', () => {
  it('of classes is kept with the sample, on and off the recipe', async () => {
    const { blobs, manifest, revise, names } = await pets();
    const { manifest: next } = await revise(square);
    const { labels, classes } = await versionLabels(blobs, next, null);
    const corrected = labels.map((label, i) => (i === 2 ? -1 : i === 3 ? 2 : label));
    const said = { target: null, classes: [...classes, 'fox'], labels: corrected.slice() };
    const { manifest: mine } = await reviseDataset({ blobs, manifest: next, labels: said });
    const classOf = async (of: Manifest) => {
      const found = await versionLabels(blobs, of, null);
      return new Map<string, string | null>(
        (await names(of)).map((name, i) => [name, found.classes[found.labels[i]] ?? null]),
      );
    };
    const [before, now] = [await classOf(manifest), await classOf(mine)];
    const [none, fox] = (await names(next)).slice(2, 4);
    expect([now.get(none), now.get(fox), now.size]).toEqual([null, 'fox', next.samples]);
    const undone = (await revise(emptyRecipe, mine)).manifest;
    expect(await classOf(undone)).toEqual(new Map([...before]).set(none, null).set(fox, 'fox'));
    expect(undone.blobs.split).toBe(manifest.blobs.split);
    expect(undone.asRead?.labels).toBe(manifest.blobs.labels);
    const labelled = await revise(recipeOf(['unlabelled']), undone);
    expect(labelled.change).toBe('recipe: + unlabelled: 39 of 40 images, 1 left out by unlabelled');
  });

  it('of several classes is kept as well, whether said before the recipe or after', async () => {
    const { blobs, manifest, revise, names } = await pets(12);
    const sets = [[0], [0, 1], []];
    const said = {
      target: null,
      classes: ['fur', 'tail'],
      sets,
      labels: Int32Array.from({ length: 12 }, (_, i) => i % 3),
    };
    const { manifest: several } = await reviseDataset({ blobs, manifest, labels: said });
    const classesOf = async (of: Manifest) => {
      const named = await namedLabels(blobs, of);
      return new Map((await names(of)).map((name, i) => [name, named[i]]));
    };
    const told = await classesOf(several);
    const { manifest: furs } = await revise(recipeOf(['filter', { condition: "class = 'fur'" }]), several);
    expect(furs).toMatchObject({
      samples: 4,
      task: 'multi-label',
      classes: [{ name: 'fur', count: 4 }],
      classSets: [[0]],
    });
    expect((await revise(emptyRecipe, furs)).manifest).toEqual(several);
    const { manifest: small } = await revise(square, several);
    for (const [name, classes] of await classesOf(small)) expect(classes).toEqual(told.get(name));
    const { labels } = await versionLabels(blobs, small, null);
    const changed = labels.map((label, i) => (i === 0 ? small.classSets!.findIndex((set) => set.length === 2) : label));
    const { manifest: mine } = await reviseDataset({
      blobs,
      manifest: small,
      labels: { target: null, classes: small.classes.map(({ name }) => name), sets: small.classSets, labels: changed },
    });
    const [first] = await names(small);
    const undone = (await revise(emptyRecipe, mine)).manifest;
    expect(await classesOf(undone)).toEqual(new Map([...told]).set(first, ['fur', 'tail']));
    expect(undone.classes).toEqual(
      several.classes.map(({ name, count }) => ({
        name,
        count: count + Number(told.get(first)!.includes(name) ? 0 : 1),
      })),
    );
  });

  it('of splits is kept by those that it leaves out, too', async () => {
    const { blobs, manifest, revise, names } = await pets();
    const { manifest: next } = await revise(square);
    const split = { how: 'random', seed: 9, validation: 0.3, test: 0.3 } as const;
    const { manifest: divided } = await reviseDataset({ blobs, manifest: next, split });
    expect(divided.splits.test).toBe(Math.round(0.3 * next.samples));
    expect([divided.recipe, divided.split?.how]).toEqual([square, 'random']);
    const undone = (await revise(emptyRecipe, divided)).manifest;
    const partOf = async (of: Manifest) => {
      const parts = await readBlob(blobs, of.blobs.split);
      return new Map((await names(of)).map((name, i) => [name, parts[i]]));
    };
    const [was, is, after] = [await partOf(manifest), await partOf(undone), await partOf(divided)];
    for (const [name, part] of is) expect(part, name).toBe(after.get(name) ?? was.get(name));
    const context = { ...quietContext(), pause: () => Promise.resolve() };
    expect((await failure(bringTogether(blobs, divided, { copies: 'exact', into: 'train' }, context))).code).toBe(
      'no_change',
    );
  });

  it('goes on when the source grows: new images go through the recipe, those left out can come back', async () => {
    const { folder, blobs, manifest, revise, names } = await pets();
    const { manifest: next } = await revise(square);
    await images(folder, 50, 40);
    await rm(join(folder.path, 'set/cat/101.png'));
    const { manifest: grown, growth } = await again(folder, next, manifest);
    expect(growth).toEqual({ added: 10, removed: 1, changed: 0 });
    const all = await names((await revise(emptyRecipe, grown)).manifest);
    expect(all).toHaveLength(49);
    expect(await names(grown)).toEqual(all.filter((name) => (parseInt(name) - 100) % 3 !== 0));
    const still = await readBlob(blobs, next.blobs.split);
    const now = new Map((await names(grown)).map((name, i) => [name, i]));
    const parts = await readBlob(blobs, grown.blobs.split);
    for (const [i, name] of (await names(next)).entries()) {
      if (now.has(name)) expect(parts[now.get(name)!], name).toBe(still[i]);
    }
    const same = await again(folder, grown, grown);
    expect(same.growth).toEqual({ added: 0, removed: 0, changed: 0 });
    expect(same.manifest.blobs.rows).toBe(grown.blobs.rows);
  });
});

describe('annotated images', () => {
  async function yolo() {
    const folder = await dataFolder();
    const files: Record<string, Uint8Array | string> = { 'set/data.yaml': 'names: [cell, platelet]\ntrain: images\n' };
    for (let i = 0; i < 12; i++) {
      files[`set/images/${100 + i}.png`] = await png({ width: 40, height: 20, colour: { r: i * 20, g: 99, b: 9 } });
      const box = `${i % 2} 0.5 0.5 0.${1 + (i % 4)} 0.4\n`;
      files[`set/labels/${100 + i}.txt`] = i % 3 === 2 ? '' : i % 3 ? box : box + box.replace('0.5', '0.4');
    }
    await writeFiles(folder.path, files);
    const { manifest } = await importFrom(folder, ['set']);
    return { folder, blobs: folder.blobs, manifest, ...ways(folder.blobs, manifest) };
  }
  const marksOf = async (blobs: string, manifest: Manifest) => {
    const names = await imageNames(blobs, manifest);
    const found = new Map<string, unknown>();
    for await (const marks of eachAnnotations(blobs, manifest)) found.set(names[found.size], marks);
    return found;
  };

  it('go with what is marked in them, or go because nothing is', async () => {
    const { folder, blobs, manifest, revise } = await yolo();
    const before = await marksOf(blobs, manifest);
    const { manifest: next, change } = await revise(recipeOf(['unlabelled', { without: 'annotations' }]));
    expect(change).toBe('recipe: + unlabelled: 8 of 12 images, 4 left out by unlabelled');
    const now = await marksOf(blobs, next);
    expect(now.size).toBe(8);
    for (const [name, marks] of now) expect(marks, name).toEqual(before.get(name));
    expect(next.annotations).toMatchObject({ total: 12, annotated: 8 });
    const two = (await revise(recipeOf(['filter', { condition: 'annotations >= 2' }]))).manifest;
    expect(two.annotations).toMatchObject({ total: 8, annotated: 4 });
    const out = join(folder.path, 'out');
    const written = await exportData({ blobs, manifest: next, format: 'coco', out, images: true }, quietContext());
    expect(written).toMatchObject({ samples: 8, annotations: 12 });
    expect((await revise(emptyRecipe, next)).manifest).toEqual(manifest);
  });

  it('keep what is marked after the recipe', async () => {
    const { blobs, manifest, revise } = await yolo();
    const { manifest: next } = await revise(recipeOf(['filter', { condition: "not name contains '100'" }]));
    const shape = { type: 'box', x: 1, y: 2, width: 3, height: 4 } as const;
    const { annotations, annotationOffsets } = next.blobs;
    const said: SaidMarks = {
      kind: 'objects',
      base: { annotations: annotations!, annotationOffsets: annotationOffsets! },
      classes: ['cell', 'platelet', 'debris'],
      names: [
        ['cell', 'cell'],
        ['platelet', 'platelet'],
      ],
      unsettled: [],
      samples: [[1, JSON.stringify([{ number: 1, class: 'debris', shape }])]],
    };
    const { manifest: mine } = await reviseDataset({ blobs, manifest: next, marks: said });
    const name = (await imageNames(blobs, next))[1];
    const [before, now] = [await marksOf(blobs, manifest), await marksOf(blobs, mine)];
    expect(now.get(name)).toMatchObject({ annotations: [{ class: 'debris', x: 1, y: 2, width: 3, height: 4 }] });
    const undone = await marksOf(blobs, (await revise(emptyRecipe, mine)).manifest);
    expect(undone.get(name)).toEqual(now.get(name));
    for (const [other, marks] of undone) if (other !== name) expect(marks, other).toEqual(before.get(other));
  });
});

describe('a recipe of sounds', () => {
  it('leaves out exact copies, filters by length and refuses to look for near ones', async () => {
    const folder = await dataFolder();
    const files = toneFolders('set', [300, 500], 6);
    files['set/300/9.wav'] = files['set/300/1.wav'];
    files['set/500/long.wav'] = wav([tone({ hertz: 510, seconds: 0.4 })]);
    await writeFiles(folder.path, files);
    const { manifest } = await importFrom(folder, ['set']);
    const { blobs } = folder;
    const { revise, names } = ways(blobs, manifest);
    const recipe = recipeOf(
      ['copies', { which: 'exact', from: 'everywhere' }],
      ['filter', { condition: 'seconds < 0.3' }],
    );
    const { manifest: next, change } = await revise(recipe);
    expect(change).toBe('recipe: + copies, + filter: 12 of 14 sounds, 1 left out by copies, 1 left out by filter');
    const all = await names(manifest);
    const [old, now] = [await StoredSounds.open(blobs, manifest), await StoredSounds.open(blobs, next)];
    const folders = await imageNames(blobs, manifest);
    for (const [i, name] of (await imageNames(blobs, next)).entries()) {
      expect(await now.bytes(i), name).toEqual(await old.bytes(folders.indexOf(name)));
    }
    expect(all).toHaveLength(14);
    expect((await previewRecipe(blobs, manifest, recipe, 1)).dropped).toBe(1);
    expect((await failure(revise(recipeOf(['copies'])))).message).toBe(
      'Step 1 (copies): Of sounds only exact copies are found. Choose which=exact.',
    );
    expect((await revise(emptyRecipe, next)).manifest).toEqual(manifest);
  });
});
