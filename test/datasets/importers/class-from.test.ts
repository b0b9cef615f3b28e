import { describe, expect, it } from 'vitest';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import { selectSamples } from '../../../src-main/datasets/filters/select.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { join } from 'node:path';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { png } from '../../support/data-pictures.ts';
import { tone, wav } from '../../support/data-sounds.ts';

const recordings = (count = 12): Record<string, Uint8Array> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `rec/${i % 3}_${i % 2 ? 'theo' : 'lucas'}_${i}.wav`,
      wav([tone({ hertz: 300 + i * 20, seconds: 0.1 + i / 50, level: 0.05 + i / 30 })]),
    ]),
  );

describe('classes from file names', () => {
  it('are those of sounds in a flat folder; what does not fit is listed and left out', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { ...recordings(), 'rec/noise.wav': wav([tone()]) });
    const { manifest } = await importFrom(folder, ['rec'], { classFrom: '^([^_]+)_' });
    expect(manifest.classes).toEqual(['0', '1', '2'].map((name) => ({ name, count: 4 })));
    expect(manifest.rejected).toMatchObject([{ where: 'noise.wav', code: 'no_class' }]);
    const [offer] = await offerImport([join(folder.path, 'rec')]);
    expect(offer.names).toHaveLength(13);
  });

  it('count more than folders, of images too, and folders called train and test stay splits', async () => {
    const folder = await dataFolder();
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 12; i++) {
      files[`set/${i < 8 ? 'train' : 'test'}/any/${i % 2 ? 'cat' : 'dog'}.${i}.png`] = await png({
        width: 8 + (i % 2),
      });
    }
    await writeFiles(folder.path, files);
    const { manifest } = await importFrom(folder, ['set'], { classFrom: '^[a-z]+' });
    expect(manifest.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
    expect(manifest).toMatchObject({ splitSource: 'given', splits: { test: 4 } });
  });

  it('are refused where no name fits, where the pattern is none, and of what has no names', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { ...recordings(4), 'rows.csv': 'a,b\n1,2\n3,4\n' });
    const failed = async (path: string, classFrom: string) =>
      (await failure(importFrom(folder, [path], { classFrom }))).code;
    expect(await failed('rec', '^x(.)')).toBe('no_class_in_names');
    expect(await failed('rec', '(')).toBe('invalid_pattern');
    expect(await failed('rows.csv', '^(.)')).toBe('no_names');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });
});

describe('sounds by length and level', () => {
  it('are those that a chart counts in its bars, each in one', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { ...recordings(30), 'rec/0_silent_x.wav': wav([new Float32Array(900)]) });
    const { manifest } = await importFrom(folder, ['rec'], { classFrom: '^([^_]+)_' });
    const { audio } = manifest;
    const never = new AbortController().signal;
    const select = (...filter: Condition[]) => selectSamples(folder.blobs, manifest, filter, never);
    for (const [what, spread] of [
      ['seconds', audio!.seconds],
      ['loudness', audio!.loudness],
      ['peak', audio!.peaks],
    ] as const) {
      const { from, width, counts } = spread.histogram;
      for (const [i, count] of counts.entries()) {
        const closed = i === counts.length - 1;
        const bar: Condition = { kind: 'sound', what, from: from + i * width, to: from + (i + 1) * width, closed };
        expect((await select(bar)).length, `${what} ${i}`).toBe(count);
      }
    }
    // Silence has a length, and no level.
    expect((await select({ kind: 'sound', what: 'loudness' })).length).toBe(30);
    expect((await select({ kind: 'sound', what: 'seconds' })).length).toBe(31);
    const long: Condition = { kind: 'sound', what: 'seconds', from: 0.3 };
    const both = await select(long, { kind: 'class', classes: ['1'] });
    expect(both.length).toBeGreaterThan(0);
    expect(both.length).toBeLessThan((await select(long)).length);
    const page = await new SampleReader().page(folder.blobs, manifest, {
      version: 'dv_x' as VersionId,
      offset: 0,
      limit: 100,
      filter: [long],
    });
    expect(page.sounds!.every(({ seconds }) => seconds >= 0.3 - 1e-4)).toBe(true);
    expect(page.total).toBe((await select(long)).length);
  });

  it('are asked of sounds only', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/a/1.png': await png(),
      'set/b/2.png': await png(),
      'rows.csv': 'a,b\n1,2\n3,4\n',
    });
    for (const path of ['set', 'rows.csv']) {
      const { manifest } = await importFrom(folder, [path]);
      const asked = selectSamples(
        folder.blobs,
        manifest,
        [{ kind: 'sound', what: 'seconds', from: 1 }],
        new AbortController().signal,
      );
      expect((await failure(asked)).code).toBe('invalid_query');
    }
  });
});
