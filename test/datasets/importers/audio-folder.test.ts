import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { float64s } from '../../../src-main/datasets/annotations/read.ts';
import { decodeAudioFor } from '../../../src-main/datasets/audio/decode.ts';
import { playedSound } from '../../../src-main/datasets/audio/stored.ts';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { checkLeaks } from '../../../src-main/datasets/leaks/check.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { outlinePieces } from '../../../src-main/shared/audio.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import type { ImportParams } from '../../../src-main/shared/work/import.ts';
import { makeTar, makeZip } from '../../support/archives.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { png } from '../../support/data-pictures.ts';
import { tone, toneFolders, wav } from '../../support/data-sounds.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../fixtures/audio', name));

importerContract('audio-folder', {
  kind: 'audio-folder',
  samples: 30,
  classes: ['300', '700', '1500'],
  async write(folder) {
    await writeFiles(folder, toneFolders('source', [300, 700, 1500], 10));
    return ['source'];
  },
});

async function imported(files: Record<string, Uint8Array | string>, params: Partial<ImportParams> = {}) {
  const folder = await dataFolder();
  await writeFiles(
    folder.path,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])),
  );
  const { manifest } = await importFrom(folder, ['set'], params);
  const offsets = float64s(await readBlob(folder.blobs, manifest.blobs.soundOffsets!));
  const stored = await readBlob(folder.blobs, manifest.blobs.sounds!);
  return {
    folder,
    manifest,
    names: JSON.parse(Buffer.from(await readBlob(folder.blobs, manifest.blobs.names!)).toString()) as string[],
    soundOf: (sample: number) => new Int16Array(stored.slice(offsets[sample], offsets[sample + 1]).buffer),
  };
}

describe('sounds', () => {
  it('are stored whole, each of its own length, and their files byte for byte', async () => {
    const files = { 'a/1.wav': wav([tone({ seconds: 0.05 })]), 'b/2.wav': wav([tone({ seconds: 0.2 })]) };
    const { folder, manifest, soundOf } = await imported(files);
    expect(soundOf(0)).toHaveLength(400);
    expect(soundOf(1)).toHaveLength(1600);
    expect(manifest.audio).toMatchObject({ rate: 8000, longest: 1600, clipped: 0, silent: 0, multichannel: 0 });
    expect(manifest.audio!.seconds).toMatchObject({ min: 0.05, max: 0.2, total: 0.25 });
    const originals = await readBlob(folder.blobs, manifest.blobs.originals!);
    expect(Buffer.from(originals)).toEqual(Buffer.concat(Object.values(files)));
  });

  it('of WAV, FLAC and MP3 are one set, told by what they hold', async () => {
    const { manifest, names } = await imported({
      'a/1.wav': fixture('tones24.wav'),
      'a/2.wav': fixture('tones.flac'),
      'b/3.mp3': fixture('tones.mp3'),
      'b/4.flac': fixture('tones24.flac'),
    });
    expect(names).toEqual(['a/1.wav', 'a/2.wav', 'b/3.mp3', 'b/4.flac']);
    expect(manifest.audio!.formats).toEqual([
      { format: 'flac', count: 2 },
      { format: 'wav', count: 1 },
      { format: 'mp3', count: 1 },
    ]);
    expect(manifest.audio!.multichannel).toBe(4);
    expect(manifest.notes.find(({ code }) => code === 'misnamed')?.message).toContain('a/2.wav');
  });

  it('without any name that says so are found by their content', async () => {
    const { names } = await imported({ 'a/one': wav([tone()]), 'b/two': wav([tone()]) });
    expect(names).toEqual(['a/one', 'b/two']);
  });

  it('come to the most common rate, or to the one asked for', async () => {
    const files = {
      'a/1.wav': wav([tone({ rate: 16_000, hertz: 500 })], { rate: 16_000 }),
      'a/2.wav': wav([tone({ rate: 16_000 })], { rate: 16_000 }),
      'b/3.wav': wav([tone({ rate: 8000, hertz: 500 })]),
    };
    const common = await imported(files);
    expect(common.manifest.audio!.rate).toBe(16_000);
    expect(common.manifest.audio!.rates).toEqual([
      { rate: 16_000, count: 2 },
      { rate: 8000, count: 1 },
    ]);
    expect(common.manifest.notes.map(({ code }) => code)).toContain('resampled');
    // The same tone, once recorded at 16 kHz and once brought there.
    const [own, brought] = [common.soundOf(0), common.soundOf(2)];
    expect(brought).toHaveLength(own.length);
    for (let i = 200; i < own.length - 200; i++) expect(Math.abs(own[i] - brought[i])).toBeLessThan(8);
    const asked = await imported(files, { sampleRate: 4000 });
    expect(asked.manifest.audio!.rate).toBe(4000);
    expect(asked.soundOf(0)).toHaveLength(400);
  });

  it('are measured: loudness, peak, clipping and silence', async () => {
    const { manifest, folder } = await imported({
      'a/full.wav': wav([new Float32Array(800).fill(1)]),
      'a/half.wav': wav([new Float32Array(800).fill(0.5)]),
      'b/silent.wav': wav([new Float32Array(800)]),
    });
    expect(manifest.audio).toMatchObject({ clipped: 1, silent: 1 });
    expect(manifest.audio!.loudness.max).toBeCloseTo(0, 3);
    expect(manifest.audio!.loudness.min).toBeCloseTo(-6.02, 2);
    const page = await new SampleReader().page(folder.blobs, manifest, {
      version: 'dv_x' as VersionId,
      offset: 0,
      limit: 10,
    });
    expect(page.labels).toEqual(['a', 'a', 'b']);
    expect(
      page.sounds!.map(({ name, clipped, loudness }) => [name, clipped, loudness && Math.round(loudness)]),
    ).toEqual([
      ['a/full.wav', true, -0],
      ['a/half.wav', false, -6],
      ['b/silent.wav', false, null],
    ]);
    expect(page.outlines).toHaveLength(3 * 2 * outlinePieces);
    expect([...page.outlines!.subarray(2 * outlinePieces, 2 * outlinePieces + 2)]).toEqual([63, 64]);
    expect([...page.outlines!.subarray(4 * outlinePieces, 4 * outlinePieces + 2)]).toEqual([0, 0]);
  });

  it('are heard as their files have them', async () => {
    const { folder, manifest } = await imported(
      { 'a/1.flac': fixture('tones.flac'), 'b/2.wav': wav([tone()]) },
      { sampleRate: 8000 },
    );
    const played = await playedSound(folder.blobs, manifest, 0);
    expect({ rate: played.rate, channels: played.channels }).toEqual({ rate: 16_000, channels: 2 });
    expect(played.samples[2 * 100]).toBe(Math.round(16_384 * Math.sin((2 * Math.PI * 440 * 100) / 16_000)));
    expect(await failure(playedSound(folder.blobs, manifest, 2))).toMatchObject({ code: 'no_sample' });
  });

  it('to be predicted are decoded just as they were at import', async () => {
    const { folder, manifest, soundOf } = await imported({
      'a/1.flac': fixture('tones.flac'),
      'b/2.mp3': fixture('tones.mp3'),
    });
    for (const [i, name] of ['a/1.flac', 'b/2.mp3'].entries()) {
      expect(await decodeAudioFor(manifest.audio!.rate, join(folder.path, 'set', name))).toEqual(soundOf(i));
    }
  });

  it('in train and test folders keep their split', async () => {
    const { manifest } = await imported({
      ...toneFolders('train', [300, 700], 10),
      ...toneFolders('test', [300, 700], 3),
    });
    expect(manifest).toMatchObject({ splitSource: 'given', splits: { train: 18, validation: 2, test: 6 } });
  });

  it('need no classes: a flat folder has none, and can be divided anew', async () => {
    const { manifest, folder } = await imported({ '1.wav': wav([tone()]), '2.wav': wav([tone({ hertz: 900 })]) });
    expect(manifest).toMatchObject({ classes: [], splitSource: 'random' });
    expect(manifest.notes.map(({ code }) => code)).toEqual(['no_classes']);
    expect(await failure(loadTrainingData(folder.blobs, manifest))).toMatchObject({ code: 'no_classes' });
    const split = { seed: 2, validation: 0.5, test: 0 };
    const revised = await reviseDataset({ blobs: folder.blobs, manifest, split });
    expect(revised.manifest.splits.validation).toBe(1);
  });

  it('that are copies of each other across a split are found', async () => {
    const { folder, manifest } = await imported({
      ...toneFolders('train', [300, 700], 10),
      ...toneFolders('test', [300], 2),
    });
    const context = { ...quietContext(), pause: async () => undefined };
    const { report } = await checkLeaks(folder.blobs, manifest, {}, context);
    expect(report.findings.find(({ kind }) => kind === 'exact')).toMatchObject({ sets: 1, samples: { test: 1 } });
    expect(report.notes.map(({ code }) => code)).toEqual(['near_not_of_sounds']);
  });
});

describe('what lies beside good sounds', () => {
  it('is left out by name where it is broken', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const { manifest, names } = await imported({
      ...toneFolders('.', [300, 700], 3),
      '300/empty.wav': '',
      '300/text.wav': 'no sound',
      '700/cut.wav': wav([tone()]).subarray(0, 100),
      '700/cut.flac': fixture('tones.flac').subarray(0, 3000),
      '700/other.ogg': 'OggS',
      'stray.wav': wav([tone()]),
    });
    expect(names).toHaveLength(6);
    expect(manifest.rejected.map(({ where, code }) => [where, code]).sort()).toEqual([
      ['300/empty.wav', 'audio_empty'],
      ['300/text.wav', 'not_audio'],
      ['700/cut.flac', 'audio_damaged'],
      ['700/cut.wav', 'audio_damaged'],
      ['700/other.ogg', 'not_audio'],
      ['stray.wav', 'no_class'],
    ]);
  });

  it('is told where nothing is good', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/a/1.wav': 'no', 'set/b/2.wav': 'no' });
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'no_sounds' });
    await writeFiles(folder.path, { 'vorbis/a/1.ogg': 'OggS…', 'vorbis/b/2.aiff': 'FORM\0\0\0\0AIFFCOMM' });
    const foreign = await failure(importFrom(folder, ['vorbis']));
    expect(foreign.message).toContain('a/1.ogg is Ogg (Vorbis or Opus), which is not read. Convert it to WAV, FLAC or');
    expect(foreign.details[1]).toContain('b/2.aiff is AIFF, which is not read');
    await writeFiles(folder.path, { 'one.wav': wav([tone()]) });
    expect(await failure(importFrom(folder, ['one.wav']))).toMatchObject({ code: 'audio_without_classes' });
  });

  it('is another offer: images, a table', async () => {
    const folder = await dataFolder();
    const images = { 'set/pictures/a/1.png': await png(), 'set/pictures/b/2.png': await png() };
    await writeFiles(folder.path, {
      ...toneFolders('set/sounds', [300, 700], 3),
      ...images,
      'set/about.csv': 'name,pitch\na,300\nb,700\n',
    });
    const kinds = (await offerImport([join(folder.path, 'set')])).map(({ kind }) => kind);
    expect([...kinds].sort()).toEqual(['audio-folder', 'image-folder', 'table']);
    const { manifest } = await importFrom(folder, ['set'], { kind: 'audio-folder' });
    expect(manifest.classes.map(({ name }) => name)).toEqual(['300', '700']);
    expect(manifest.notes.map(({ code }) => code)).toContain('also_found');
  });
});

describe('packed sounds', () => {
  const entries = Object.entries(toneFolders('digits', [300, 700], 3)).map(([name, data]) => ({ name, data }));
  it.each([
    ['zip', async () => makeZip(entries)],
    ['tar', async () => makeTar(entries)],
  ])('in a %s are read', async (kind, make) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { [`sounds.${kind}`]: await make() });
    const { manifest } = await importFrom(folder, [`sounds.${kind}`]);
    expect(manifest).toMatchObject({ kind: 'audio', samples: 6 });
    expect(manifest.classes.map(({ name }) => name)).toEqual(['300', '700']);
  });
});

describe('hostile sounds', () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  const beside = { 'b/good.wav': wav([tone()]) };
  survivesHostileInput('WAV', async () => ({ name: 'a/x.wav', bytes: wav([tone(), tone({ hertz: 9 })]), beside }), 6);
  survivesHostileInput('FLAC', async () => ({ name: 'a/x.flac', bytes: fixture('tones.flac'), beside }), 4);
  survivesHostileInput('MP3', async () => ({ name: 'a/x.mp3', bytes: fixture('tones.mp3'), beside }), 4);
});
