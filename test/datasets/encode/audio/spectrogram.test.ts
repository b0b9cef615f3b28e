import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import '../../../support/runtime-first.ts';
import { describe, expect, it } from 'vitest';
import { heardAt } from '../../../../src-main/datasets/audio/decode.ts';
import { hertzOf, melOf } from '../../../../src-main/datasets/encode/audio/mel.ts';
import { encodeSounds } from '../../../../src-main/datasets/encode/audio/load.ts';
import { LogMel } from '../../../../src-main/datasets/encode/audio/spectrogram.ts';
import type { AudioEncoder } from '../../../../src-main/datasets/encode/encoder.ts';
import { preprocessModel } from '../../../../src-main/datasets/encode/onnx.ts';
import { loadTrainingData } from '../../../../src-main/datasets/training-data.ts';
import { writeModel } from '../../../../src-main/onnx/write.ts';
import {
  framesOf,
  melScales,
  settleSpectrogram,
  usualAudioOptions,
  type MelScale,
} from '../../../../src-main/shared/audio.ts';
import { Random } from '../../../../src-main/shared/random.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../../support/data-import.ts';
import { tone, toneFolders, wav } from '../../../support/data-sounds.ts';

interface Reference {
  rate: number;
  n_fft: number;
  hop: number;
  mels: number;
  fmin: number;
  fmax: number;
  scale: MelScale;
  samples: number[];
  frames: number;
  values: number[];
}
const references = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/audio/log-mel.json'), 'utf8'),
) as Reference[];

const settingsOf = ({ rate, n_fft: fft, hop, mels, fmin, fmax, scale: melScale, samples }: Reference) => ({
  ...{ rate, fft, hop, mels, fmin, fmax, melScale },
  length: samples.length,
});

describe('the log-mel spectrogram', () => {
  it.each(references.map((each) => [each.scale, each] as const))('on the %s scale is numpy’s', (_, reference) => {
    const logMel = new LogMel(settingsOf(reference));
    expect(logMel.frames).toBe(reference.frames);
    const rows = new Float32Array(reference.frames * reference.mels);
    logMel.compute(Int16Array.from(reference.samples), rows);
    const apart = rows.reduce((most, value, i) => Math.max(most, Math.abs(value - reference.values[i])), 0);
    // Logarithms of up to 14, as 32-bit floats.
    expect(apart).toBeLessThan(1e-6);
  });

  it.each(melScales)('scale %s goes to and fro', (scale) => {
    for (const hertz of [0, 20, 440, 999, 1000, 4000, 22_050]) {
      expect(hertzOf(melOf(hertz, scale), scale)).toBeCloseTo(hertz, 8);
    }
  });
});

describe('its settings', () => {
  const settle = (more = {}, rate = 16_000, samples = 16_000) =>
    settleSpectrogram({ ...usualAudioOptions, ...more }, rate, samples);

  it('are the usual 25 and 10 ms where nobody chose', () => {
    expect(settle()).toMatchObject({ length: 16_000, fft: 512, hop: 160, fmax: 8000 });
    expect(settle({}, 8000, 4000)).toMatchObject({ fft: 256, hop: 80 });
    expect(settle({}, 44_100, 44_100)).toMatchObject({ fft: 1024, hop: 441 });
  });
  it('go in longer steps through long sounds, with frames that leave nothing out', () => {
    const long = settle({ seconds: 20 });
    expect(long).toMatchObject({ length: 320_000, hop: 1067, fft: 2048 });
    expect(typeof long === 'string' ? 0 : framesOf(long)).toBeLessThanOrEqual(300);
  });
  it('give a net enough frames of the shortest sounds', () => {
    const short = settle({}, 8000, 10);
    expect(typeof short === 'string' ? 0 : framesOf(short)).toBe(16);
  });
  it.each([
    [{ fft: 400 }, 'fft=400'],
    [{ fmax: 8001 }, 'fmax=8001'],
    [{ hop: 1 }, 'hop=1'],
    [{ fmin: 4000, fmax: 3000 }, 'fmin=4000'],
  ])('%j are refused by name', (more, name) => {
    expect(settle(more)).toContain(name);
  });
});

/** Sounds shorter than, as long as and longer than what the encoder takes, from silence to noise. */
function strangeSounds(encoder: AudioEncoder): Int16Array[] {
  const random = new Random(5);
  const { length, fft } = encoder.spectrogram;
  return [1, fft - 1, length - 1, length, length + 1, 2 * length + 3].flatMap((samples) => [
    new Int16Array(samples),
    heardAt({ rate: 8000, channels: [tone({ seconds: samples / 8000, level: 0.999 })] }, 8000),
    Int16Array.from({ length: samples }, () => random.below(65_536) - 32_768),
    Int16Array.from({ length: samples }, (_, i) => (i % 3) - 1),
  ]);
}

async function trained(options = {}) {
  const folder = await dataFolder();
  await writeFiles(folder.path, toneFolders('source', [300, 700, 1500], 8));
  const { manifest } = await importFrom(folder, ['source']);
  const audio = { ...usualAudioOptions, mels: 12, ...options };
  const data = await loadTrainingData(folder.blobs, manifest, undefined, { audio });
  return { folder, manifest, data, encoder: data.encoder as AudioEncoder };
}

describe('preprocessing of sounds', () => {
  it.each(melScales)('as ONNX and in JavaScript is one, for sounds of any length; scale %s', async (melScale) => {
    const { encoder } = await trained({ melScale });
    const { model, inputs, output } = preprocessModel(encoder, 18);
    expect(inputs.map(({ type }) => type)).toEqual(['float']);
    const session = await ort.InferenceSession.create(writeModel(model));
    for (const sound of strangeSounds(encoder)) {
      const raw = Float32Array.from(sound, (value) => value / 32_768);
      const got = await session.run({ [inputs[0].name]: new ort.Tensor('float32', raw, [1, raw.length]) });
      const wanted = encodeSounds(encoder, [sound]);
      expect(got[output].dims).toEqual([1, framesOf(encoder.spectrogram), encoder.spectrogram.mels]);
      const found = got[output].data as Float32Array;
      const apart = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0);
      expect(apart, `${sound.length} samples`).toBeLessThan(1e-5);
    }
    await session.release();
  });

  it('is standardised by what the training split holds, band by band', async () => {
    const { data, encoder } = await trained();
    const { x } = data.splits.train;
    const mels = encoder.spectrogram.mels;
    for (let mel = 0; mel < mels; mel++) {
      const band = x.filter((_, i) => i % mels === mel) as Float32Array;
      const mean = band.reduce((sum, value) => sum + value, 0) / band.length;
      const variance = band.reduce((sum, value) => sum + (value - mean) ** 2, 0) / band.length;
      expect(mean).toBeCloseTo(0, 4);
      expect(variance).toBeCloseTo(1, 3);
    }
  });

  it('of stored sounds is that of raw ones', async () => {
    const { folder, manifest, data, encoder } = await trained();
    const again = await loadTrainingData(folder.blobs, manifest, encoder);
    expect(again.splits).toEqual(data.splits);
    // By name: 1500 comes before 300.
    const first = toneFolders('x', [1500], 8)['x/1500/0.wav'];
    const place = data.splits.train.indices.indexOf(0);
    expect(place).toBeGreaterThanOrEqual(0);
    const samples = new Int16Array(Uint8Array.from(first.subarray(44)).buffer);
    const size = framesOf(encoder.spectrogram) * encoder.spectrogram.mels;
    expect(data.splits.train.x.subarray(place * size, (place + 1) * size)).toEqual(encodeSounds(encoder, [samples]));
  });

  it('refuses data of another rate or kind, and settings that do not fit', async () => {
    const { folder, encoder } = await trained();
    await writeFiles(folder.path, {
      'other/a/1.wav': wav([tone({ rate: 4000 })], { rate: 4000 }),
      'other/b/1.wav': wav([tone({ rate: 4000, hertz: 9 })], { rate: 4000 }),
    });
    const { manifest: other } = await importFrom(folder, ['other']);
    const refused = (options = {}) => failure(loadTrainingData(folder.blobs, other, undefined, options));
    expect(await failure(loadTrainingData(folder.blobs, other, encoder))).toMatchObject({
      code: 'sample_rate_differs',
    });
    expect(await refused({ audio: { ...usualAudioOptions, fmax: 4000 } })).toMatchObject({ code: 'invalid_settings' });
    await writeFiles(folder.path, { 'table.csv': 'x,y\n1,a\n2,b\n3,a\n4,b\n' });
    const { manifest: table } = await importFrom(folder, ['table.csv']);
    expect(await failure(loadTrainingData(folder.blobs, table, encoder))).toMatchObject({
      code: 'dataset_kind_differs',
    });
  });
});
