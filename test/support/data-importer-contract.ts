import { rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readBlob } from '../../src-main/datasets/blobs.ts';
import { offerImport } from '../../src-main/datasets/import.ts';
import type { ImportContext } from '../../src-main/datasets/importers/importer.ts';
import { loadTrainingData } from '../../src-main/datasets/training-data.ts';
import { splitNames } from '../../src-main/shared/dataset.ts';
import type { Progress } from '../../src-main/shared/job.ts';
import type { ImportOffer } from '../../src-main/shared/work/import.ts';
import { dataFolder, failure, filesIn, importFrom, quietContext } from './data-import.ts';

interface Case {
  /** Puts a good source into `<folder>/source` and says what to import, relative to the folder. */
  write(folder: string): Promise<string[]>;
  kind: ImportOffer['kind'];
  samples: number;
  /** None: nothing can be told of them. */
  classes: string[];
  /** Then what training them says. */
  unlabelled?: 'no_target' | 'no_classes';
}

/** What every importer must do, whatever it reads. */
export function importerContract(
  name: string,
  { write, kind, samples, classes, unlabelled = 'no_target' }: Case,
): void {
  const prepared = async () => {
    const folder = await dataFolder();
    return { folder, paths: await write(folder.path) };
  };

  describe(`${name} keeps the importers' contract`, () => {
    afterEach(() => vi.restoreAllMocks());

    it('offers what it found and stores nothing', async () => {
      const { folder, paths } = await prepared();
      const [offer] = await offerImport(paths.map((path) => join(folder.path, path)));
      expect(offer.kind).toBe(kind);
      expect(offer.files).toBeGreaterThan(0);
      expect(offer.bytes).toBeGreaterThan(0);
      expect(offer.suggestedName).not.toBe('');
      expect(await filesIn(folder.blobs)).toEqual([]);
    });

    it('imports whole blobs, nothing partial, and says where they came from', async () => {
      const { folder, paths } = await prepared();
      const { manifest } = await importFrom(folder, paths);
      expect(manifest.samples).toBe(samples);
      expect(manifest.classes.map((each) => each.name)).toEqual(classes);
      expect(splitNames.reduce((sum, split) => sum + manifest.splits[split], 0)).toBe(samples);
      expect(manifest.rejectedCount).toBe(0);
      expect(manifest.sources.every((source) => /^[0-9a-f]{64}$/.test(source.sha256) && source.bytes > 0)).toBe(true);
      const hashes = Object.values(manifest.blobs);
      expect((await filesIn(folder.blobs)).map((path) => path.split('/').at(-1)).sort()).toEqual([...hashes].sort());
      expect(await readBlob(folder.blobs, manifest.blobs.split)).toHaveLength(samples);
    });

    it(classes.length > 0 ? 'can be trained on' : 'says that there is nothing to tell', async () => {
      const { folder, paths } = await prepared();
      const { manifest } = await importFrom(folder, paths);
      if (classes.length === 0) {
        expect(await failure(loadTrainingData(folder.blobs, manifest))).toMatchObject({ code: unlabelled });
        return;
      }
      const data = await loadTrainingData(folder.blobs, manifest);
      expect(data.classes).toEqual(classes);
      const all = splitNames.flatMap((split) => [...data.splits[split].indices]);
      expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: samples }, (_, i) => i));
    });

    it('gives the same manifest for the same source', async () => {
      const { folder, paths } = await prepared();
      expect(await importFrom(folder, paths)).toEqual(await importFrom(folder, paths));
    });

    it('tells how far it is', async () => {
      const { folder, paths } = await prepared();
      const reports: Pick<Progress, 'done' | 'total'>[] = [];
      await importFrom(folder, paths, {}, { ...quietContext(), progress: (report) => reports.push(report) });
      expect(reports.length).toBeGreaterThan(1);
      for (const { done, total } of reports) expect(total === 0 || done <= total).toBe(true);
    });

    it.each(['listing', 'work'])('stops when cancelled while %s, and leaves nothing', async (when) => {
      const { folder, paths } = await prepared();
      const abort = new AbortController();
      const stopped = new Error('stopped by the test');
      const context: ImportContext = {
        signal: abort.signal,
        progress: ({ stage }) => {
          if ((stage === 'listing') === (when === 'listing')) abort.abort(stopped);
        },
      };
      expect(await failure(importFrom(folder, paths, {}, context))).toBe(stopped);
      expect(await filesIn(folder.blobs)).toEqual([]);
    });

    it('says so when the source vanishes midway, and leaves nothing', async () => {
      const { folder, paths } = await prepared();
      const source = join(folder.path, 'source');
      const context: ImportContext = {
        ...quietContext(),
        progress: ({ stage }) => {
          // At once, not a little later: a small source would be read by then.
          if (stage !== 'listing') rmSync(source, { recursive: true, force: true });
        },
      };
      const error = await failure(importFrom(folder, paths, {}, context));
      expect(error.code).toBe('source_vanished');
      expect(error.message).toContain(source);
      expect(await filesIn(folder.blobs)).toEqual([]);
    });

    it('says so when the disk is full, and leaves nothing', async () => {
      const { folder, paths } = await prepared();
      const handle = await open(join(folder.path, 'any'), 'w');
      const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      vi.spyOn(Object.getPrototypeOf(handle), 'write').mockRejectedValue(full);
      await handle.close();
      const error = await failure(importFrom(folder, paths));
      expect(error.code).toBe('no_space');
      expect(error.message).toContain(folder.blobs);
      expect(error.message).toMatch(/needs about .* free about \d/);
      expect(await filesIn(folder.blobs)).toEqual([]);
    });

    it('says so when the workspace cannot be written to', async () => {
      const { folder, paths } = await prepared();
      // Root may write everywhere, but nobody makes a folder inside a file.
      await writeFile(join(folder.path, 'file'), '');
      const blobs = join(folder.path, 'file', 'blobs');
      const error = await failure(importFrom({ ...folder, blobs }, paths));
      expect(error.code).toBe('not_writable');
      expect(error.message).toContain(blobs);
    });
  });
}
