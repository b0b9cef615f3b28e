import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { playedSound, StoredSounds } from '../../../src-main/datasets/audio/stored.ts';
import { int32s, blobPath, readBlob, writeBlob } from '../../../src-main/datasets/blobs.ts';
import { imageNames } from '../../../src-main/datasets/divide/keys.ts';
import { checkLeaks } from '../../../src-main/datasets/leaks/check.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { dataFolder, failure, filesIn, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { png } from '../../support/data-pictures.ts';
import { tone, wav } from '../../support/data-sounds.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

const sound = (i: number, rate = 8000) =>
  wav([tone({ hertz: 200 + 13 * i, seconds: 0.05 + 0.004 * (i % 7), rate, level: 0.3 + 0.01 * (i % 30) })], { rate });
const nameOf = (i: number) => `set/${i % 2 ? 'dog' : 'cat'}/${1000 + i}.wav`;

async function soundsIn(folder: Folder, from: number, to: number): Promise<void> {
  const files: Record<string, Uint8Array> = {};
  for (let i = from; i < to; i++) files[nameOf(i)] = sound(i);
  await writeFiles(folder.path, files);
}

/** Again, as the next version of `manifest`. */
async function again(folder: Folder, manifest: Manifest, base = manifest) {
  const made = await importFrom(folder, ['set'], { into: { manifest, base } });
  return { manifest: made.manifest, growth: made.growth! };
}

/** What a version holds, sample by sample, by its path. */
async function contents({ blobs }: Folder, manifest: Manifest) {
  const labels = int32s(await readBlob(blobs, manifest.blobs.labels!));
  const split = await readBlob(blobs, manifest.blobs.split);
  const stored = await StoredSounds.open(blobs, manifest);
  const query = { version: 'v' as VersionId, offset: 0, limit: manifest.samples };
  const page = await new SampleReader().page(blobs, manifest, query);
  const found = new Map<string, { heard: unknown; label: string | undefined; split: string }>();
  for (const [i, name] of (await imageNames(blobs, manifest)).entries()) {
    const played = await playedSound(blobs, manifest, i);
    const own = await stored.read(i);
    expect(own).toHaveLength(stored.length(i));
    const { outlines, sounds } = page;
    const outline = outlines!.slice(i * 512, (i + 1) * 512);
    const heard = [own, played, sounds![i], outline, (await stored.original(i))!.length];
    found.set(name, { heard, label: manifest.classes[labels[i]]?.name, split: splitNames[split[i]] });
  }
  return found;
}

describe('a folder of sounds imported again', () => {
  it('says what came, went and changed, keeps every split, and holds what a fresh import holds', async () => {
    const folder = await dataFolder();
    await soundsIn(folder, 0, 24);
    const first = (await importFrom(folder, ['set'])).manifest;
    const before = await contents(folder, first);
    await soundsIn(folder, 24, 30);
    // Of another rate than all: resampled to that of the dataset.
    await writeFiles(folder.path, {
      'set/cat/late.wav': sound(77, 16_000),
      [nameOf(8)]: sound(500),
      'set/dog/copy.wav': sound(3),
      'set/cat/0.wav': 'no',
    });
    await rm(join(folder.path, nameOf(5)));
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 8, removed: 1, changed: 1 });
    const fresh = (await importFrom(folder, ['set'], { sampleRate: 8000 })).manifest;
    const [now, wanted] = [await contents(folder, manifest), await contents(folder, fresh)];
    expect([...now.keys()]).toEqual([...wanted.keys()]);
    for (const [name, { heard, label, split }] of now) {
      expect([name, heard, label]).toEqual([name, wanted.get(name)!.heard, wanted.get(name)!.label]);
      if (before.has(name)) expect([name, split]).toEqual([name, before.get(name)!.split]);
    }
    const { audio, classes, sources, rejectedCount, notes } = manifest;
    expect({ classes, sources, rejectedCount, notes }).toEqual({
      classes: fresh.classes,
      sources: fresh.sources,
      rejectedCount: 1,
      notes: fresh.notes,
    });
    for (const fact of ['rate', 'longest', 'rates', 'formats', 'multichannel', 'clipped', 'silent'] as const)
      expect(audio![fact]).toEqual(fresh.audio![fact]);
    expect(audio!.seconds.total).toBeCloseTo(fresh.audio!.seconds.total, 5);
    expect(audio!.loudness.mean).toBeCloseTo(fresh.audio!.loudness.mean, 4);
    // Learnt from like any other.
    const data = await loadTrainingData(folder.blobs, manifest);
    const same = await loadTrainingData(folder.blobs, {
      ...fresh,
      blobs: { ...fresh.blobs, split: manifest.blobs.split },
    });
    expect(data.splits.train.x).toEqual(same.splits.train.x);
    const copies = async (of: Manifest) =>
      (await checkLeaks(folder.blobs, of, {}, { ...quietContext(), pause: () => Promise.resolve() })).exact;
    const { ids, count } = await copies(manifest);
    expect(count).toBe(manifest.samples - 1);
    expect(ids).toEqual((await copies(fresh)).ids);
  });

  it('stores what is there already once, in as many steps as it grows', async () => {
    const folder = await dataFolder();
    await soundsIn(folder, 0, 10);
    const first = (await importFrom(folder, ['set'])).manifest;
    await soundsIn(folder, 10, 12);
    const second = (await again(folder, first)).manifest;
    expect(second.soundParts).toHaveLength(2);
    expect(second.soundParts![0].sounds).toBe(first.blobs.sounds);
    const added = [10, 11].reduce((bytes, i) => bytes + sound(i).length, 0);
    expect((await stat(blobPath(folder.blobs, second.soundParts![1].originals!))).size).toBe(added);
    await soundsIn(folder, 12, 13);
    await rm(join(folder.path, nameOf(0)));
    await rename(join(folder.path, nameOf(11)), join(folder.path, 'set/cat/moved.wav'));
    const third = await again(folder, second);
    expect(third.growth).toEqual({ added: 2, removed: 2, changed: 0 });
    expect(third.manifest.soundParts).toHaveLength(3);
    const fresh = (await importFrom(folder, ['set'])).manifest;
    const [now, wanted] = [await contents(folder, third.manifest), await contents(folder, fresh)];
    for (const [name, { heard }] of now) expect(heard).toEqual(wanted.get(name)!.heard);
    // And what came before is as it was.
    expect((await contents(folder, first)).size).toBe(10);
  });

  it('that has not changed says so, and stores no sound', async () => {
    const folder = await dataFolder();
    await soundsIn(folder, 0, 8);
    const first = (await importFrom(folder, ['set'])).manifest;
    const files = (await filesIn(folder.blobs)).length;
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 0, removed: 0, changed: 0 });
    expect(manifest.blobs.split).toBe(first.blobs.split);
    expect((await filesIn(folder.blobs)).length).toBeLessThanOrEqual(files + 1);
  });

  it('goes on from a version that an earlier Atelier made, which has no fingerprints', async () => {
    const folder = await dataFolder();
    await soundsIn(folder, 0, 8);
    const first = (await importFrom(folder, ['set'])).manifest;
    const { contents: _contents, forms: _forms, ...blobs } = first.blobs;
    await soundsIn(folder, 8, 9);
    const { manifest, growth } = await again(folder, { ...first, blobs });
    expect(growth).toEqual({ added: 1, removed: 0, changed: 0 });
    expect(manifest.soundParts![0].sounds).toBe(first.blobs.sounds);
    const { originals: _files, originalOffsets: _offsets, ...bare } = blobs;
    expect(await failure(again(folder, { ...first, blobs: bare }))).toMatchObject({ code: 'cannot_grow' });
  });

  it('keeps classes that were corrected since, and refuses a source that holds other things now', async () => {
    const folder = await dataFolder();
    await soundsIn(folder, 0, 8);
    const first = (await importFrom(folder, ['set'])).manifest;
    const labels = int32s(await readBlob(folder.blobs, first.blobs.labels!)).slice();
    labels[0] = 1 - labels[0];
    const corrected = {
      ...first,
      blobs: { ...first.blobs, labels: await writeBlob(folder.blobs, new Uint8Array(labels.buffer)) },
    };
    await soundsIn(folder, 8, 10);
    const { manifest } = await again(folder, corrected, first);
    const [name] = await imageNames(folder.blobs, first);
    expect((await contents(folder, manifest)).get(name)!.label).toBe(first.classes[labels[0]].name);
    await rm(join(folder.path, 'set'), { recursive: true });
    await writeFiles(folder.path, { 'set/a/1.png': await png({}), 'set/b/2.png': await png({}) });
    expect(await failure(again(folder, first))).toMatchObject({ code: 'other_kind' });
  });
});
