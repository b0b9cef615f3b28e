import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveDataset } from '../../src-main/db/datasets.ts';
import { findDataset, resolveDataset, resolveModel, resolveRun } from '../../src-main/jobs/resolve.ts';
import { addDataset, addRun, openWriter, tempFolder } from '../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('what people type', () => {
  it('is a name, an id, a version, or the beginning of an id', () => {
    const store = openWriter(tempFolder());
    const iris = addDataset(store, 'iris');
    const found = { dataset: iris.dataset, version: iris.id };
    for (const text of ['iris', iris.dataset, iris.id, iris.dataset.slice(0, 16), iris.dataset.slice(3, 18)]) {
      expect(resolveDataset(store, text)).toEqual(found);
    }
    expect(findDataset(store, 'iri')).toBeNull();
    expect(() => resolveDataset(store, 'rose')).toThrow(/There is: iris/);
    store.close();
  });

  it('is refused when it stands for several things', () => {
    const store = openWriter(tempFolder());
    const version = addDataset(store, 'iris');
    const [a, b] = [addRun(store, version, 'one'), addRun(store, version, 'one')];
    expect(() => resolveRun(store, 'one')).toThrow(code('ambiguous_run'));
    expect(() => resolveRun(store, a.slice(0, 8))).toThrow(code('ambiguous_run'));
    expect(resolveRun(store, b)).toBe(b);
    expect(() => resolveRun(store, 'two')).toThrow(code('no_such_run'));
    store.close();
  });

  it('means the dataset in use before an archived one of the same name', () => {
    const store = openWriter(tempFolder());
    const old = addDataset(store, 'iris');
    archiveDataset(store, old.dataset, true);
    expect(resolveDataset(store, 'iris').dataset).toBe(old.dataset);
    const current = addDataset(store, 'iris');
    expect(resolveDataset(store, 'iris').dataset).toBe(current.dataset);
    store.close();
  });

  it('is a model file when it ends in .onnx', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'a.onnx'), '');
    expect(resolveModel(null, 'a.onnx', folder)).toEqual({ onnx: join(folder, 'a.onnx') });
    expect(() => resolveModel(null, 'b.onnx', folder)).toThrow(code('no_such_file'));
    expect(() => resolveModel(null, 'a run', folder)).toThrow(code('no_such_run'));
  });
});
