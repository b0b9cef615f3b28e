import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { zeros } from '../../src-main/onnx/tensors.ts';
import { dataFolder, failure } from '../support/data-import.ts';
import { barsVersion, hereContext, trainHere, trainSettings } from '../support/train-here.ts';

/** Exporting with a composition that forgets what the output layer learnt. The process is shared with other tests, so that what was read before is read anew, here and after. */
async function forgetfulExport() {
  vi.resetModules();
  vi.doMock(import('../../src-main/export/compose.ts'), async (original) => {
    const real = await original();
    const composeExport: typeof real.composeExport = (...args) => {
      const model = real.composeExport(...args);
      const initializers = new Map(model.graph.initializers);
      const [name] = [...initializers.keys()].filter((each) => each.endsWith('output.weight'));
      initializers.set(name, zeros('float', initializers.get(name)!.shape));
      return { ...model, graph: { ...model.graph, initializers } };
    };
    return { ...real, composeExport };
  });
  return (await import('../../src-main/utility/work/export-run.ts')).exportRun;
}

afterAll(() => {
  vi.doUnmock('../../src-main/export/compose.ts');
  vi.resetModules();
});

describe('an export that does not agree with its run', () => {
  it('is not kept, and the file that was there stays', async () => {
    const folder = await dataFolder();
    const manifest = await barsVersion(folder.blobs, 100);
    const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 1 }, { hidden: '8' }));
    const out = join(folder.path, 'bars.onnx');
    await writeFile(out, 'an earlier file');
    const exportRun = await forgetfulExport();
    const error = await failure(exportRun({ ...trained, out, metadata: {} }, hereContext()));
    expect(error.code).toBe('parity_failed');
    expect(error.message).toMatch(/differ by up to .* agree on/);
    expect(readFileSync(out, 'utf8')).toBe('an earlier file');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
