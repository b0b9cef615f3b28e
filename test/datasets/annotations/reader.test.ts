import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readOriginal } from '../../../src-main/datasets/images/original.ts';
import { SampleReader } from '../../../src-main/datasets/reader.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { newId } from '../../../src-main/shared/ids.ts';
import { annotated, pictures } from '../../support/data-annotated.ts';
import { failure } from '../../support/data-import.ts';
import { turned } from '../../support/data-pictures.ts';

const version = newId('version');
const boxes = { 'a.txt': '0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0 0.2\n', 'b.txt': '1 0.5 0.5 0.2 0.2\n', 'c.txt': '' };

describe('pages of annotated samples', () => {
  it('come with their annotations, filtered by class and by flag', async () => {
    const files = await pictures('a.png', 'b.png', 'c.png');
    const { manifest, folder } = await annotated({ ...files, ...boxes, 'classes.txt': 'cell\nplate\n' });
    const reader = new SampleReader();
    const ask = (more: object) => reader.page(folder.blobs, manifest, { version, offset: 0, limit: 10, ...more });
    const all = await ask({});
    expect(all.annotations?.map(({ annotations }) => annotations.length)).toEqual([2, 1, 0]);
    expect((await ask({ filter: [{ kind: 'mark', class: 'plate' }] })).indices).toEqual([0, 1]);
    expect((await ask({ filter: [{ kind: 'mark', class: 'cell' }] })).indices).toEqual([0]);
    expect((await ask({ filter: [{ kind: 'mark', flag: 'empty' }] })).indices).toEqual([0]);
    expect((await ask({ filter: [{ kind: 'mark', class: 'cell', flag: 'empty' }] })).indices).toEqual([]);
    const [split] = (await ask({ filter: [{ kind: 'mark', class: 'plate' }] })).splits;
    expect(
      (
        await ask({
          filter: [
            { kind: 'mark', class: 'plate' },
            { kind: 'split', splits: [split] },
          ],
        })
      ).indices,
    ).toContain(0);
    expect((await ask({ offset: 1, limit: 1 })).annotations?.[0].annotations).toMatchObject([{ class: 'plate' }]);
  });

  it('of texts can be sorted meanwhile', async () => {
    const { manifest, folder } = await annotated({ 'a.conll': 'b O\nAda B-PER\n\na O\n\nc O\nBob B-PER\n' });
    const page = await new SampleReader().page(folder.blobs, manifest, {
      version,
      offset: 0,
      limit: 10,
      filter: [{ kind: 'mark', class: 'PER' }],
      sort: { column: 'text', descending: true },
    });
    expect(page.indices).toEqual([2, 0]);
    expect(page.rows?.map(([, text]) => text)).toEqual(['c Bob', 'b Ada']);
  });

  it('keep their annotations when the split is drawn anew', async () => {
    const names = Array.from({ length: 10 }, (_, i) => String(i));
    const files = await pictures(...names.map((name) => `${name}.png`));
    const labels = Object.fromEntries(names.map((name) => [`${name}.txt`, '0 0.5 0.5 0.2 0.2\n']));
    const { manifest, folder } = await annotated({ ...files, ...labels });
    const split = { seed: 9, validation: 0.3, test: 0.2 };
    const revised = (await reviseDataset({ blobs: folder.blobs, manifest, split })).manifest;
    expect(revised.splits).toEqual({ train: 5, validation: 3, test: 2 });
    expect(revised.annotations).toEqual(manifest.annotations);
    expect(revised.blobs.annotations).toBe(manifest.blobs.annotations);
  });
});

describe('the original of an image', () => {
  it('is given as it came, or as what a window can show', async () => {
    const tiff = await sharp(await turned(1))
      .tiff()
      .toBuffer();
    const jpeg = await turned(6);
    const files = { 'a.tif': tiff, 'b.png': jpeg, 'a.txt': '0 0.5 0.5 0.2 0.2\n', 'b.txt': '0 0.5 0.5 0.2 0.2\n' };
    const { manifest, folder } = await annotated(files);
    const asked = (sample: number) => readOriginal(folder.blobs, manifest, sample);
    expect(await asked(1)).toEqual({ bytes: new Uint8Array(jpeg), turn: true, width: 8, height: 16 });
    const shown = await asked(0);
    expect(shown.turn).toBe(false);
    expect(await sharp(shown.bytes).metadata()).toMatchObject({ format: 'png', width: 16, height: 8 });
    expect((await failure(asked(2))).code).toBe('no_original');
  });
});
