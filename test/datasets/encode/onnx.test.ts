import * as ort from 'onnxruntime-node';
import '../../support/runtime-first.ts';
import { describe, expect, it } from 'vitest';
import { featureCount, type ImageEncoder, type TableEncoder } from '../../../src-main/datasets/encode/encoder.ts';
import { postprocessModel, preprocessModel } from '../../../src-main/datasets/encode/onnx.ts';
import { encodeTableRows, rawColumns } from '../../../src-main/datasets/encode/rows.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { writeModel } from '../../../src-main/onnx/write.ts';
import type { Model } from '../../../src-main/onnx/types.ts';
import { dataFolder, importFrom, writeFiles } from '../../support/data-import.ts';
import { csvText, mixedTable } from '../../support/data-table.ts';

const opset = 18;

async function run(model: Model, feeds: Record<string, ort.Tensor>): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(writeModel(model));
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

describe('preprocessing of a table', () => {
  it.each([false, true])(
    'as ONNX, from rows in JavaScript, and from Parquet in DuckDB are one; indexed: %s',
    async (indexed) => {
      const folder = await dataFolder();
      const table = mixedTable(1500);
      await writeFiles(folder.path, { 'mixed.csv': csvText(table) });
      const { manifest } = await importFrom(folder, ['mixed.csv']);
      const data = await loadTrainingData(folder.blobs, manifest, undefined, { indexed });
      const encoder = data.encoder as TableEncoder;
      expect(encoder.numbers.map((each) => each.column)).toEqual(['age', 'amount', 'ratio', 'year']);
      expect(encoder.numbers.map((each) => each.indicator)).toEqual([true, false, true, false]);
      expect(encoder.categories.map((each) => [each.column, each.other])).toEqual([
        ['colour', false],
        ['city', !indexed],
        ['grade', false],
      ]);
      if (indexed) expect(featureCount(encoder)).toBe(4 + 2 + 3);

      const { train } = data.splits;
      const rows = Array.from(train.indices, (sample) => table.rows[sample]);
      const inJavaScript = encodeTableRows(encoder, rows, table.names);
      expect(inJavaScript.x).toEqual(train.x);
      expect(inJavaScript.y).toEqual(train.y);

      // Values that training never saw, and words for missing in odd places.
      const strange = [...rows, ...rows.slice(0, 3).map((row) => row.map((_, i) => ['new', '-', '', '1e99'][i % 4]))];
      const wanted = encodeTableRows(encoder, strange, table.names);
      const { model, inputs, output } = preprocessModel(encoder, opset);
      const { count, numbers, categories } = rawColumns(encoder, strange, table.names);
      const columns = [...numbers, ...categories];
      const feeds = Object.fromEntries(
        inputs.map(({ name, type }, i) => [
          name,
          new ort.Tensor(type === 'float' ? 'float32' : 'string', columns[i] as Float32Array, [count, 1]),
        ]),
      );
      const got = await run(model, feeds);
      expect(got[output].dims).toEqual([strange.length, featureCount(encoder)]);
      expect(got[output].data).toEqual(wanted.x);
    },
  );

  it('takes a column called like a value inside the graph', async () => {
    const encoder: TableEncoder = {
      kind: 'table',
      numbers: [
        { column: 'preprocess/Concat', decimalComma: false, median: 0, mean: 1, std: 2, indicator: false },
        { column: 'encoded', decimalComma: false, median: 5, mean: 0, std: 1, indicator: true },
      ],
      categories: [],
      target: { task: 'classification', column: 'y', classes: ['a', 'b'] },
    };
    const { model, inputs, output } = preprocessModel(encoder, opset);
    const feed = (value: number): ort.Tensor => new ort.Tensor('float32', [value], [1, 1]);
    const got = await run(model, { [inputs[0].name]: feed(3), [inputs[1].name]: feed(NaN) });
    expect([...(got[output].data as Float32Array)]).toEqual([1, 5, 1]);
  });
});

describe('preprocessing of images', () => {
  it('hands the pixels on', async () => {
    const encoder: ImageEncoder = { kind: 'images', image: { height: 2, width: 2, channels: 1 }, classes: ['a'] };
    const { model, output } = preprocessModel(encoder, opset);
    const pixels = Uint8Array.of(0, 1, 254, 255);
    const got = await run(model, { image: new ort.Tensor('uint8', pixels, [1, 2, 2, 1]) });
    expect(got[output].data).toEqual(pixels);
  });
});

describe('postprocessing', () => {
  it('names the likeliest class', async () => {
    const encoder: ImageEncoder = {
      kind: 'images',
      image: { height: 1, width: 1, channels: 1 },
      classes: ['cat', '狗', 'it\'s "x"'],
    };
    const { model, input } = postprocessModel(encoder, opset);
    const answer = Float32Array.of(0.1, 0.7, 0.2, 0, 0.4, 0.6);
    const got = await run(model, { [input]: new ort.Tensor('float32', answer, [2, 3]) });
    expect(got.label.data).toEqual(['狗', 'it\'s "x"']);
    expect(got.label.dims).toEqual([2]);
    expect(got.probabilities.data).toEqual(answer);
  });

  it('gives a value in its own units', async () => {
    const encoder: TableEncoder = {
      kind: 'table',
      numbers: [],
      categories: [{ column: 'c', values: ['x'], other: false }],
      target: { task: 'regression', column: 'price', decimalComma: false, mean: 206855.8, std: 115395.6 },
    };
    const { model, input } = postprocessModel(encoder, opset);
    const got = await run(model, { [input]: new ort.Tensor('float32', [0, -1, 2.5], [3, 1]) });
    expect([...(got.value.data as Float32Array)]).toEqual([206855.8, 91460.2, 495344.8].map(Math.fround));
  });
});
