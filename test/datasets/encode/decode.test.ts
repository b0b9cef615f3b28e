import * as ort from 'onnxruntime-node';
import '../../support/runtime-first.ts';
import { describe, expect, it } from 'vitest';
import { decodeTable, otherValue } from '../../../src-main/datasets/encode/decode.ts';
import { featureCount, type TableEncoder } from '../../../src-main/datasets/encode/encoder.ts';
import { addDecode, decodedName } from '../../../src-main/datasets/encode/onnx-decode.ts';
import { layoutOf } from '../../../src-main/datasets/encode/row.ts';
import { encodeTableRows } from '../../../src-main/datasets/encode/rows.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { GraphBuilder } from '../../../src-main/onnx/builder.ts';
import { writeModel } from '../../../src-main/onnx/write.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { dataFolder, importFrom, writeFiles } from '../../support/data-import.ts';
import { csvText, mixedTable } from '../../support/data-table.ts';

async function loaded(rows: number) {
  const folder = await dataFolder();
  const table = mixedTable(rows);
  await writeFiles(folder.path, { 'mixed.csv': csvText(table) });
  const { manifest } = await importFrom(folder, ['mixed.csv'], { target: null });
  const data = await loadTrainingData(folder.blobs, manifest, undefined, { target: false });
  return { table, manifest, data, encoder: data.encoder as TableEncoder };
}

describe('a table without a target', () => {
  it('keeps every row, and has no targets', async () => {
    const { manifest, data, encoder } = await loaded(300);
    expect(encoder.target).toBeNull();
    expect([data.task, data.classes]).toEqual([null, []]);
    const { train, validation, test } = data.splits;
    expect(train.count + validation.count + test.count).toBe(manifest.samples);
    expect([train.y.length, test.y.length]).toEqual([0, 0]);
  });

  it('is given back as it was', async () => {
    const { table, encoder } = await loaded(400);
    const { x, y } = encodeTableRows(encoder, table.rows, table.names);
    expect(y).toHaveLength(0);
    const { numbers, categories } = decodeTable(encoder, x);
    const column = (name: string) => table.rows.map((row) => row[table.names.indexOf(name)]);
    encoder.numbers.forEach(({ column: name, indicator }, i) => {
      column(name).forEach((cell, row) => {
        const value = Number(cell.replace(',', '.'));
        if (!Number.isNaN(value))
          expect(Math.abs(numbers[i][row] - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
        else expect(indicator ? numbers[i][row] : NaN).toBeNaN();
      });
    });
    encoder.categories.forEach(({ column: name, values }, i) => {
      const wanted = column(name).map((cell) => (values.includes(cell) ? cell : otherValue));
      expect(categories[i]).toEqual(wanted);
    });
  });

  it('is decoded by ONNX as by JavaScript, also from numbers that are no encoding', async () => {
    const { encoder } = await loaded(200);
    const g = new GraphBuilder('decode');
    addDecode(g, encoder, g.input('encoded', 'float', ['batch', featureCount(encoder)]));
    const bytes = writeModel({ irVersion: 9, opsets: { '': 18 }, producer: 'test', metadata: {}, graph: g.finish() });
    const session = await ort.InferenceSession.create(bytes);
    const random = new Random(6);
    const x = Float32Array.from({ length: 50 * layoutOf(encoder).width }, () => random.normal());
    const results = await session.run({ encoded: new ort.Tensor('float32', x, [50, layoutOf(encoder).width]) });
    const { numbers, categories } = decodeTable(encoder, x);
    encoder.numbers.forEach(({ column }, i) => expect(results[decodedName(column)].data).toEqual(numbers[i]));
    encoder.categories.forEach(({ column }, i) => expect(results[decodedName(column)].data).toEqual(categories[i]));
    expect(numbers.some((values) => values.some(Number.isNaN))).toBe(true);
    await session.release();
  });
});
