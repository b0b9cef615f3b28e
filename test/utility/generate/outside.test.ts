// Models with their weights in files beside them, and what else can be wrong with a folder that looks whole.

import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { outsideValues } from '../../../src-main/onnx/outside-values.ts';
import { GraphBuilder } from '../../../src-main/onnx/builder.ts';
import { tensor } from '../../../src-main/onnx/tensors.ts';
import { writeModel } from '../../../src-main/onnx/write.ts';
import { usualGeneration } from '../../../src-main/shared/generation.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { readModelFolder } from '../../../src-main/utility/work/generate/model-folder.ts';
import { openParts, partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { writeOutside } from '../../support/outside-data.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { tinyFolder, tinyModel, tinyWeights } from '../../support/tiny-llama.ts';

const name = 'weights.bin';
function folderOutside(): { path: string; model: string; data: string } {
  const path = tinyFolder(join(tempFolder(), 'tiny'));
  rmSync(join(path, 'model.safetensors'));
  const model = join(path, 'onnx', 'model.onnx');
  mkdirSync(join(path, 'onnx'));
  writeOutside(model, tinyModel(tinyWeights()), name);
  return { path, model, data: join(path, 'onnx', name) };
}
const config = (path: string, change: object): void => {
  const file = join(path, 'config.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
};
function written(path: string, prompt = 'abc') {
  const bench = new Bench();
  onTestFinished(() => bench.close());
  return bench.write(
    {
      id: 1,
      type: 'write',
      model: { path },
      prompt,
      settings: { ...usualGeneration, temperature: 0, maxTokens: 8 },
      threads: 1,
      begun: [],
    },
    {
      given: () => undefined,
      told: () => undefined,
      pause: () => Promise.resolve(),
      stopRequested: () => false,
    },
  );
}

describe('weights in another file', () => {
  it('are counted by what the model names, and write what they would write inside', async () => {
    const { path, model, data } = folderOutside();
    // One that looks like them, and is none.
    writeFileSync(`${model}_data`, 'x'.repeat(5000));
    const size = (file: string) => readFileSync(file).length;
    expect(readModelFolder(path).bytes).toBe(size(model) + size(data));
    const outside = await written(path);
    writeFileSync(model, tinyModel(tinyWeights()));
    const inside = await written(path);
    expect(outside.texts).toEqual(inside.texts);
    expect(outside.facts.weights).not.toBe(inside.facts.weights);
  });
  it('may be more than two gigabytes', async () => {
    const { path, model, data } = folderOutside();
    const g = new GraphBuilder('large');
    const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
    const [rows, width] = [40, 16_000_000];
    const table = g.initializer('table', tensor('float', [rows, 64], new Float32Array(rows * 64)));
    const cells = g.op('Gather', [g.op('Reshape', [table, g.int64s([-1, 64])]), ids], { axis: 0 });
    g.output(g.node('Slice', [cells, g.int64s([0]), g.int64s([rows]), g.int64s([2])], {}, { outputs: ['logits'] })[0]);
    const small = writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'test', graph: g.finish(), metadata: {} });
    // The table is as wide as that; of a sparse file the zeros take no room, and only what is looked up is read.
    writeOutside(model, small, name, [rows, width]);
    truncateSync(data, rows * width * 4);
    expect(readModelFolder(path).bytes).toBeGreaterThan(2 ** 31);
    const writer = await openParts(partsOf({ path }), 1);
    onTestFinished(() => writer.close());
    expect([...(await writer.model.feed([[1, 2]]))[0]]).toEqual(new Array(rows).fill(0));
  });
  it('are told as the file says them, wherever they stand', () => {
    const { model } = folderOutside();
    const bytes = readFileSync(model);
    // As small a view as there may be: a byte at a time comes to the same.
    const read = (from: number, length: number) => bytes.subarray(from, from + length);
    const all = outsideValues(read, bytes.length);
    expect(all.length).toBeGreaterThan(10);
    expect(all[0]).toMatchObject({ location: name, offset: 0 });
    expect(new Set(all.map(({ tensor }) => tensor))).toContain('model.embed_tokens.weight');
    for (const end of [1, 7, bytes.length - 3]) {
      expect(() => outsideValues((from, length) => bytes.subarray(from, Math.min(end, from + length)), end)).toThrow(
        expect.objectContaining({ code: 'invalid_model' }),
      );
    }
  });
  it.each([
    ['external_data_missing', /weights\.bin/, ({ data }) => rmSync(data)],
    ['broken_model', /cut short/, ({ data }) => truncateSync(data, 100)],
    ['broken_model', /git lfs pull/, ({ data }) => writeFileSync(data, `version https://git-lfs.github.com/spec/v1\n`)],
    ['broken_model', /outside of the model's folder/, ({ model }) => replace(model, name, '../ghts.bin')],
    ['broken_model', /outside of the model's folder/, ({ model }) => replace(model, name, '*/ghts.bin_')],
    // A sparse file: a terabyte that takes no room.
    ['not_enough_memory', /MB of weights/, ({ data }) => truncateSync(data, 2 ** 40)],
    [
      'broken_model',
      /git lfs pull/,
      ({ model }) => writeFileSync(model, `version https://git-lfs.github.com/spec/v1\n`),
    ],
    ['invalid_model', /model\.onnx .*cut short/, ({ model }) => truncateSync(model, 2000)],
    // Zeros as far as it goes, which nobody reads.
    ['invalid_model', /model\.onnx .*damaged/, ({ model }) => truncateSync(model, 2 ** 40)],
  ] as [string, RegExp, (at: { model: string; data: string }) => void][])('%s %s', async (code, message, change) => {
    const at = folderOutside();
    change(at);
    await expect(written(at.path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    // What it would see can be counted all the same.
    expect(new Bench().render({ path: at.path }, 'abc')).toMatchObject({ tokens: 3 });
  });
});

/** With another text of the same length. */
function replace(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'latin1');
  expect(to).toHaveLength(from.length);
  writeFileSync(file, text.replaceAll(from, to), 'latin1');
}

describe('a folder that says of itself what is not so', () => {
  it.each([
    ['fewer layers', { num_hidden_layers: 1 }],
    ['more heads', { num_attention_heads: 8 }],
    ['fewer heads of keys', { num_key_value_heads: 1 }],
    ['another vocabulary', { vocab_size: 41 }],
  ])('%s than its weights have', async (_, change) => {
    const path = tinyFolder(join(tempFolder(), 'tiny'));
    config(path, change);
    await expect(written(path)).rejects.toMatchObject({ code: 'broken_model' });
  });
  it('has a tokenizer of another model', async () => {
    const path = tinyFolder(join(tempFolder(), 'tiny'));
    const file = join(path, 'tokenizer.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"c":5', '"c":500'));
    await expect(written(path)).rejects.toMatchObject({
      code: 'broken_model',
      message: expect.stringContaining('tokenizer.json') as string,
    });
  });
});

it('a prompt of a megabyte is measured and refused before the weights are read', async () => {
  const path = tinyFolder(join(tempFolder(), 'tiny'));
  renameSync(join(path, 'model.safetensors'), join(path, 'model.onnx'));
  const prompt = 'ab cd\n'.repeat(2 ** 20 / 6);
  expect(new Bench().render({ path }, prompt).tokens).toBe(prompt.length);
  await expect(written(path, prompt)).rejects.toMatchObject({ code: 'prompt_too_long' });
});
