import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTrainingData, type TrainingData } from '../../src-main/datasets/training-data.ts';
import { batchBuffers } from '../../src-main/runtime/batches.ts';
import type { Augmentation } from '../../src-main/shared/augment/kinds.ts';
import { PictureAugmenter } from '../../src-main/shared/augment/picture.ts';
import { openTokenizer } from '../../src-main/tokenizers/open.ts';
import { augmenter } from '../../src-main/utility/work/augmenter.ts';
import { previewSpectrograms } from '../../src-main/datasets/encode/audio/preview.ts';
import { usualAudioOptions } from '../../src-main/shared/audio.ts';
import { dataFolder, importFrom, writeFiles } from '../support/data-import.ts';
import { toneFolders } from '../support/data-sounds.ts';
import { tempFolder } from '../support/temp-workspace.ts';
import { reviewVersion } from '../support/data-texts.ts';
import { barsVersion, trainHere, trainSettings } from '../support/train-here.ts';

function blobFolder() {
  const path = tempFolder('atelier-augment');
  const blobs = join(path, 'blobs');
  mkdirSync(blobs);
  return { path, blobs };
}

/** The first samples of the training split, in `order`, as a run that is told to changes them. */
function changed(data: TrainingData, augment: Augmentation, order: readonly number[], epoch = 0) {
  const { train } = data.splits;
  const size = train.x.length / train.count;
  const into = batchBuffers(train, order.length);
  order.forEach((sample, i) =>
    into.x.set(train.x.subarray(sample * size, (sample + 1) * size) as Uint8Array, i * size),
  );
  const before = into.x.slice();
  augmenter(trainSettings('cnn', { augment }), data)?.(into, Uint32Array.from(order), 0, order.length, epoch);
  return { before, after: into.x, row: (i: number) => into.x.slice(i * size, (i + 1) * size) };
}

describe('a run’s training samples', () => {
  it('pictures: by what they are, not by where they stand in the batch', async () => {
    const folder = blobFolder();
    const data = await loadTrainingData(folder.blobs, await barsVersion(folder.blobs));
    const one = changed(data, { rotate: 20, noise: 0.1 }, [5, 3, 8]);
    const other = changed(data, { rotate: 20, noise: 0.1 }, [8, 5]);
    expect(one.after).not.toEqual(one.before);
    expect(one.row(0)).toEqual(other.row(1));
    expect(one.row(2)).toEqual(other.row(0));
    expect(changed(data, { rotate: 20, noise: 0.1 }, [5, 3, 8], 1).row(0)).not.toEqual(one.row(0));
    expect(augmenter(trainSettings('cnn', { augment: {} }), data)).toBeUndefined();
    expect(augmenter(trainSettings('cnn'), data)).toBeUndefined();
  });

  it('pictures: mixed with others as those are in this epoch, and told as what there is more of', async () => {
    const folder = blobFolder();
    const data = await loadTrainingData(folder.blobs, await barsVersion(folder.blobs));
    const { train } = data.splits;
    const order = Uint32Array.from({ length: 60 }, (_, i) => train.count - 1 - i);
    const size = train.x.length / train.count;
    const batch = () => {
      const into = batchBuffers(train, order.length);
      order.forEach((sample, i) => {
        into.x.set(train.x.subarray(sample * size, (sample + 1) * size) as Uint8Array, i * size);
        into.y[i] = train.y[sample];
      });
      return { ...into, mixed: { y: new Int32Array(60).fill(-1), share: new Float32Array(60) } };
    };
    const change = (augment: Augmentation) => augmenter(trainSettings('cnn', { augment }), data)!;
    const [plain, mixed] = [batch(), batch()];
    change({ flip: 0.5 })(plain, order, 0, 60, 3);
    change({ flip: 0.5, mixup: 1 })(mixed, order, 0, 60, 3);
    const row = (of: { x: ArrayLike<number> }, i: number) => Array.from({ length: size }, (_, k) => of.x[i * size + k]);
    let turned = 0;
    for (let i = 0; i < 60; i++) {
      const share = mixed.mixed.share[i];
      expect(share).toBeGreaterThanOrEqual(0.5);
      const [first, second] = [mixed.y[i], mixed.mixed.y[i]];
      // Which of the two is its own is told by the labels where they differ, else by what fits.
      const fits = [share, 1 - share].filter((own) => {
        const [a, b] = own === share ? [first, second] : [second, first];
        if (a !== plain.y[i]) return false;
        // Some sample of the split, as it is in this epoch, is the rest.
        const rest = row(mixed, i).map((value, k) => (value - own * row(plain, i)[k]) / (1 - own));
        return Array.from({ length: train.count }, (_, n) => n).some((n) => {
          if (train.y[n] !== b) return false;
          const partner = { x: train.x.slice(n * size, (n + 1) * size) as Uint8Array };
          new PictureAugmenter({ width: 8, height: 8, channels: 1 }, { flip: 0.5 }, 1).apply(partner.x, 3, n);
          return rest.every((value, k) => Math.abs(value - partner.x[k]) <= 0.51 / (1 - own));
        });
      });
      expect(fits.length, `sample ${i}`).toBeGreaterThan(0);
      if (fits.every((own) => own < 0.5)) turned++;
    }
    expect(turned).toBeGreaterThan(10);
  });

  it('mixed, a net learns from them, the same way each time, and is told right by what there is more of', async () => {
    const folder = blobFolder();
    const manifest = await barsVersion(folder.blobs);
    const augment = { mixup: 0.4, cutmix: 0.4 };
    const settings = trainSettings(
      'cnn',
      { epochs: 12, batchSize: 20, augment, labelSmoothing: 0.05 },
      { channels: '8,8' },
    );
    const [one, again] = [
      await trainHere(folder, manifest, settings, 'mixed'),
      await trainHere(folder, manifest, settings, 'mixed-again'),
    ];
    expect(again.result.metrics).toEqual(one.result.metrics);
    expect(one.result.metrics['test/accuracy']).toBeGreaterThan(0.9);
    // A guess is right for half of them; a mixture cannot be told as surely as a whole picture.
    expect(one.result.metrics['train/accuracy']).toBeGreaterThan(0.7);
    expect(one.result.metrics['train/loss']).toBeGreaterThan(one.result.metrics['validation/loss']);
  });

  it('sounds: as they are heard, and seen before the run', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, toneFolders('tones', [300, 700, 1500], 12));
    const { manifest } = await importFrom(folder, ['tones']);
    const data = await loadTrainingData(folder.blobs, manifest);
    const one = changed(data, { gain: 6, 'time-mask': 0.3 }, [5, 3, 8]);
    expect(one.row(0)).toEqual(changed(data, { gain: 6, 'time-mask': 0.3 }, [8, 5]).row(1));
    expect(one.row(0)).not.toEqual(one.before.slice(0, one.row(0).length));
    const augment = { 'time-shift': 0.1, gain: 3, 'white-noise': 0.0005, 'time-mask': 0.1, 'frequency-mask': 0.1 };
    const settings = trainSettings(
      'cnn',
      { epochs: 30, batchSize: 8, learningRate: 0.01, augment },
      { channels: '8,8', hidden: '16' },
    );
    const [first, again] = [
      await trainHere({ ...folder }, manifest, settings, 'heard'),
      await trainHere({ ...folder }, manifest, settings, 'heard-again'),
    ];
    expect(again.result.metrics).toEqual(first.result.metrics);
    expect(first.result.metrics['test/accuracy']).toBe(1);

    // What the window shows is what the encoder makes, but standardised among the few that are shown.
    const { encoder } = data;
    if (encoder.kind !== 'audio') throw new Error('no sounds');
    const samples = [...data.splits.train.indices.slice(0, 3)];
    const preview = await previewSpectrograms(folder.blobs, manifest, usualAudioOptions, samples);
    const { frames, mels, rows, mean, std } = preview;
    expect([frames, mels]).toEqual([data.input.kind === 'audio' && data.input.frames, 40]);
    const raw = (x: ArrayLike<number>, i: number, by: { mean: number[]; std: number[] }) =>
      x[i] * by.std[i % mels] + by.mean[i % mels];
    const apart = Array.from(rows, (_, i) =>
      Math.abs(raw(rows, i, { mean, std }) - raw(data.splits.train.x, i, encoder)),
    );
    expect(Math.max(...apart)).toBeLessThan(1e-4);
    for (const wrong of [[0, 36], [-1]])
      await expect(previewSpectrograms(folder.blobs, manifest, usualAudioOptions, wrong)).rejects.toMatchObject({
        code: 'no_sample',
      });
    await expect(
      previewSpectrograms(folder.blobs, manifest, { ...usualAudioOptions, fft: 100 }, [0]),
    ).rejects.toMatchObject({ code: 'invalid_settings' });
  });

  it('texts: words go, what is around them and the filling stay', async () => {
    const { folder, manifest } = await reviewVersion(60);
    const data = await loadTrainingData(folder.blobs, manifest, undefined, {
      text: { tokenizer: 'word', vocabulary: 300, length: 0, lowercase: true },
    });
    const { before, after } = changed(data, { 'word-drop': 0.5 }, [0, 1, 2, 3, 4, 5, 6, 7]);
    if (data.encoder.kind !== 'text' || !data.encoder.tokenizer) throw new Error('no texts');
    const { pad } = openTokenizer(data.encoder.tokenizer).special;
    const words = (x: ArrayLike<number>) => Array.from(x).filter((token) => token !== pad).length;
    expect(words(after)).toBeLessThan(0.75 * words(before));
    expect(words(after)).toBeGreaterThan(0.3 * words(before));
  });

  it('are changed for training only, the same way each time, and the run says how', async () => {
    const folder = blobFolder();
    const manifest = await barsVersion(folder.blobs);
    const settings = trainSettings('cnn', { epochs: 2, augment: { shift: 0.2, brightness: 0.3 } }, { channels: '4,4' });
    const [one, again] = [
      await trainHere(folder, manifest, settings),
      await trainHere(folder, manifest, settings, 'again'),
    ];
    expect(again.result.metrics).toEqual(one.result.metrics);
    const plain = await trainHere(folder, manifest, { ...settings, augment: undefined }, 'plain');
    expect(plain.result.metrics['train/loss']).not.toBe(one.result.metrics['train/loss']);
  });
});
