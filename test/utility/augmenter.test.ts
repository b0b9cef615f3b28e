import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTrainingData, type TrainingData } from '../../src-main/datasets/training-data.ts';
import { batchBuffers } from '../../src-main/runtime/batches.ts';
import type { Augmentation } from '../../src-main/shared/augment/kinds.ts';
import { openTokenizer } from '../../src-main/tokenizers/open.ts';
import { augmenter } from '../../src-main/utility/work/augmenter.ts';
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
