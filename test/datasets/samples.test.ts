import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { classNames, idxFiles, sets } from '../../scripts/samples/glyphs.ts';
import { importDataset } from '../../src-main/datasets/import.ts';
import { dataFolder, quietContext } from '../support/data-import.ts';

const folder = fileURLToPath(new URL('../../resources/samples/', import.meta.url));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the glyphs that come with Atelier', () => {
  it.each(sets)('$name: the generator draws what is committed, byte for byte', async ({ name, count, stream }) => {
    const drawn = idxFiles(count, stream);
    for (const [part, bytes] of [
      ['images-idx3', drawn.images],
      ['labels-idx1', drawn.labels],
    ] as const) {
      const packed = await readFile(`${folder}glyphs/${name}-${part}-ubyte.gz`);
      // Compressors differ from one Node to the next; what they hold may not.
      expect(sha256(gunzipSync(packed))).toBe(sha256(bytes));
    }
  });

  it('import with their names and their test set', async () => {
    const { blobs } = await dataFolder();
    const params = { blobs, paths: [`${folder}glyphs`], splitSeed: 1 };
    const { manifest, suggestedName } = await importDataset(params, quietContext());
    expect(suggestedName).toBe('glyphs');
    expect(manifest.classes.map((each) => each.name)).toEqual(classNames);
    expect(manifest.splits).toEqual({ train: 4500, validation: 500, test: 1000 });
    expect(manifest.image).toEqual({ height: 28, width: 28, channels: 1 });
  });
});
