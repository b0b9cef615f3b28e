import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTrainingData } from '../../src-main/datasets/training-data.ts';
import { keepSynonyms } from '../../src-main/datasets/synonym-list.ts';
import { checkpointPath, readCheckpoint } from '../../src-main/runtime/checkpoint.ts';
import { batchBuffers } from '../../src-main/runtime/batches.ts';
import { synonymsRef } from '../../src-main/shared/augment/synonyms.ts';
import type { TrainedTokenizer } from '../../src-main/shared/text.ts';
import { openTokenizer } from '../../src-main/tokenizers/open.ts';
import { augmenter, synonymsOf } from '../../src-main/utility/work/augmenter.ts';
import { trainRun } from '../../src-main/utility/work/train-run.ts';
import { failure, writeFiles } from '../support/data-import.ts';
import { reviewVersion } from '../support/data-texts.ts';
import { hereContext, trainHere, trainSettings } from '../support/train-here.ts';

async function withList(text: string, count = 60) {
  const { folder, manifest } = await reviewVersion(count);
  await writeFiles(folder.path, { 'mine.txt': text });
  const path = join(folder.path, 'mine.txt');
  const synonyms = synonymsRef(await keepSynonyms(folder.blobs, path));
  rmSync(path);
  return { folder, manifest, settings: { augment: { 'word-synonym': 1 }, synonyms } };
}

describe('synonyms in training texts', () => {
  it.each<[TrainedTokenizer, number]>([
    ['word', 300],
    ['character', 100],
    ['byte-pair', 300],
  ])('are put in before a tokenizer of kind %s sees them', async (tokenizer, vocabulary) => {
    const { folder, manifest, settings } = await withList('film: story\nstory: film\nevening: acting, unheardof, plot');
    const text = { tokenizer, vocabulary, length: 200, lowercase: true };
    const data = await loadTrainingData(folder.blobs, manifest, undefined, { text });
    const { encoder, splits } = data;
    if (encoder.kind !== 'text' || !encoder.tokenizer) throw new Error('no texts');
    const own = trainSettings('textcnn', settings);
    const synonyms = await synonymsOf(own, { blobs: folder.blobs, manifest }, data);
    const { train } = splits;
    const into = batchBuffers(train, train.count);
    into.x.set(train.x as Int32Array);
    const order = Uint32Array.from({ length: train.count }, (_, i) => i);
    augmenter(own, data, synonyms)!(into, order, 0, train.count, 2);
    const { decode } = openTokenizer(encoder.tokenizer);
    const row = (x: ArrayLike<number>, i: number) =>
      decode(Array.from({ length: encoder.length }, (_, k) => x[i * encoder.length + k]));
    let changed = 0;
    for (let i = 0; i < train.count; i++) {
      const [before, after] = [row(train.x, i), row(into.x, i)];
      const expected = before.replaceAll(/\b(film|story)\b/g, (word) => (word === 'film' ? 'story' : 'film'));
      // What a tokenizer of words has never seen is not put in; the others know its letters.
      const evenings = tokenizer === 'word' ? '(acting|plot)' : '(acting|plot|unheardof)';
      expect(after).toMatch(
        new RegExp(`^${expected.replaceAll(/[.?]/g, '\\$&').replaceAll(/\bevening\b/g, evenings)}$`, 'u'),
      );
      if (before !== after) changed++;
    }
    expect(changed).toBeGreaterThan(train.count / 4);
  });

  it('are refused where none can be put in', async () => {
    for (const [list, message] of [
      ['zebra: horse', /No word of the list/],
      ['film: cinematograph', /The tokenizer knows no synonym/],
    ] as const) {
      const { folder, manifest, settings } = await withList(list);
      const error = await failure(trainHere(folder, manifest, trainSettings('textcnn', { epochs: 1, ...settings })));
      expect(error).toMatchObject({ code: 'synonyms_unused', message: expect.stringMatching(message) as string });
    }
  });

  it('are the same when a run is gone on with, without the file', async () => {
    const { folder, manifest, settings: own } = await withList('film: story, plot\nwith: and, of', 80);
    const architecture = { embedding: 4, filters: 4, kernels: '1,2' };
    const settings = trainSettings('textcnn', { epochs: 3, batchSize: 8, ...own }, architecture);
    const whole = await trainHere(folder, manifest, settings, 'whole');
    const { augment: _augment, synonyms: _synonyms, ...none } = settings;
    const plain = await trainHere(folder, manifest, none, 'plain');
    expect(plain.result.metrics['train/loss']).not.toBe(whole.result.metrics['train/loss']);

    const runFolder = join(folder.path, 'runs', 'cut');
    const params = { ...whole, runFolder, run: 'run_test' as never };
    await trainRun(params, hereContext({ stopRequested: () => true }));
    const last = (path: string) => readCheckpoint(checkpointPath(path, 'last'))!;
    expect(last(runFolder).position.step).toBeLessThan(last(whole.runFolder).position.step);
    const result = await trainRun({ ...params, resume: true }, hereContext());
    expect(result.metrics).toEqual(whole.result.metrics);
    expect(last(runFolder).model).toEqual(last(whole.runFolder).model);
  });
});
