import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { composeExport } from '../../src-main/export/compose.ts';
import { zeros } from '../../src-main/onnx/tensors.ts';
import { exportRun } from '../../src-main/utility/work/export-run.ts';
import { dataFolder, failure } from '../support/data-import.ts';
import { barsVersion, hereContext, trainHere, trainSettings } from '../support/train-here.ts';

vi.mock(import('../../src-main/export/compose.ts'), async (original) => {
  const real = await original();
  return { ...real, composeExport: vi.fn(real.composeExport) };
});

describe('an export that does not agree with its run', () => {
  it('is not kept, and the file that was there stays', async () => {
    const folder = await dataFolder();
    const manifest = await barsVersion(folder.blobs, 100);
    const trained = await trainHere(folder, manifest, trainSettings('mlp', { epochs: 1 }, { hidden: '8' }));
    const out = join(folder.path, 'bars.onnx');
    await writeFile(out, 'an earlier file');
    const real = vi.mocked(composeExport).getMockImplementation()!;
    vi.mocked(composeExport).mockImplementationOnce((...args) => {
      const model = real(...args);
      const initializers = new Map(model.graph.initializers);
      const [name] = [...initializers.keys()].filter((each) => each.endsWith('output.weight'));
      initializers.set(name, zeros('float', initializers.get(name)!.shape));
      return { ...model, graph: { ...model.graph, initializers } };
    });
    const error = await failure(exportRun({ ...trained, out, metadata: {} }, hereContext()));
    expect(error.code).toBe('parity_failed');
    expect(error.message).toMatch(/differ by up to .* agree on/);
    expect(readFileSync(out, 'utf8')).toBe('an earlier file');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
