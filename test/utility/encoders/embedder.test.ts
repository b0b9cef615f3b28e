import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cosine, openEmbedder } from '../../../src-main/utility/work/encoders/embedder.ts';
import { partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import {
  encoderWeights,
  piece,
  referenceHidden,
  special,
  tinyEncoder,
  type TinyEncoder,
} from '../../support/tiny-encoder.ts';

const weights = encoderWeights();
const folder = (options: Partial<TinyEncoder> = {}) =>
  tinyEncoder(join(tempFolder(), 'encoder'), { head: 'embeds', weights, ...options });
async function opened(options: Partial<TinyEncoder> = {}) {
  const embedder = await openEmbedder(partsOf({ path: folder(options) }), 1);
  onTestFinished(() => embedder.close());
  return embedder;
}

const tokensOf = (...names: string[]): number[] => [special.cls, ...names.map(piece), special.sep];
const hiddenOf = (tokens: readonly number[], typed = true) =>
  referenceHidden(weights, tokens, typed ? tokens.map(() => 0) : undefined);
const unit = (vector: readonly number[]): number[] => {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
};
const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
function expectNear(found: Float32Array, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
}

const texts = ['The cat sat', 'dog', 'not playing well .'];
const tokens = [tokensOf('the', 'cat', 'sat'), tokensOf('dog'), tokensOf('not', 'play', '##ing', 'well', '.')];

describe('texts become vectors', () => {
  it('by the mean of their tokens, whatever stands beside them', async () => {
    const together = await (await opened()).embed(texts);
    together.forEach((vector, i) => expectNear(vector, unit(meanOf(hiddenOf(tokens[i])))));
    expect(cosine(together[0], together[0])).toBeCloseTo(1, 6);
    expect(cosine(together[0], together[1])).toBeCloseTo(
      unit(meanOf(hiddenOf(tokens[0]))).reduce(
        (sum, value, i) => sum + value * unit(meanOf(hiddenOf(tokens[1])))[i],
        0,
      ),
      5,
    );
  });
  it.each([
    ['cls', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, (rows: number[][]) => rows[0]],
    ['last', { pooling_mode_lasttoken: true }, (rows: number[][]) => rows.at(-1)!],
    ['max', { pooling_mode: 'max' }, (rows: number[][]) => rows[0].map((_, i) => Math.max(...rows.map((r) => r[i])))],
  ])('by %s where 1_Pooling/config.json says so', async (_, config, pool) => {
    const embedder = await opened({ beside: { '1_Pooling/config.json': config }, ints: 'int32' });
    (await embedder.embed(texts)).forEach((vector, i) => expectNear(vector, unit(pool(hiddenOf(tokens[i])))));
  });
  it('without segments, and by another name of what it says', async () => {
    const embedder = await opened({ types: null, output: 'token_embeddings' });
    (await embedder.embed(texts)).forEach((vector, i) => expectNear(vector, unit(meanOf(hiddenOf(tokens[i], false)))));
  });
  it('of a long text part by part, each counting as it is long', async () => {
    const embedder = await opened({ beside: { 'sentence_bert_config.json': { max_seq_length: 6 } } });
    const long = 'the cat sat not dog well .';
    // Four tokens of the text at a time, evenly.
    const [first, second] = [tokensOf('the', 'cat', 'sat', 'not'), tokensOf('dog', 'well', '.')];
    const [a, b] = [meanOf(hiddenOf(first)), meanOf(hiddenOf(second))];
    expect(embedder.windows(long)).toMatchObject({ sizes: [4, 3], tokens: 9 });
    const [vector] = await embedder.embed([long]);
    expectNear(vector, unit(a.map((value, i) => (4 * value + 3 * b[i]) / 7)));
  });
  it('many at a time, in their order, and may be stopped between', async () => {
    const embedder = await opened();
    const many = Array.from({ length: 70 }, (_, i) => texts[i % 3]);
    const done: number[] = [];
    const all = await embedder.embed(many, (count) => Promise.resolve(void done.push(count)));
    const each = await embedder.embed(texts);
    all.forEach((vector, i) => vector.forEach((value, at) => expect(value).toBeCloseTo(each[i % 3][at], 6)));
    expect(done.at(-1)).toBe(70);
    await expect(embedder.embed(many, () => Promise.reject(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('a folder is refused', () => {
  it.each([
    ['unsupported_architecture', { config: { architectures: ['BertForMultipleChoice'] } }],
    ['not_an_embedder', { config: { architectures: ['BertForTokenClassification'] } }],
    [
      'unsupported_architecture',
      { config: { architectures: ['WhisperForConditionalGeneration'], model_type: 'whisper' } },
    ],
    ['unsupported_architecture', { beside: { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] } }],
    [
      'unsupported_architecture',
      { beside: { '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true } } },
    ],
    ['broken_model', { beside: { '1_Pooling/config.json': '[' } }],
    ['broken_model', { config: { max_position_embeddings: 2 } }],
    ['broken_model', { types: 'pixel_values' }],
    ['broken_model', { output: 'logits' }],
    ['not_an_embedder', { config: { architectures: ['BertForMaskedLM'] } }],
  ] as [string, Partial<TinyEncoder>][])('as %s: %j', async (code, options) => {
    await expect((async () => openEmbedder(partsOf({ path: folder(options) }), 1))()).rejects.toMatchObject({ code });
  });
  it('where its tokenizer is missing, or sees less than config.json says', async () => {
    const path = folder();
    const parts = partsOf({ path: folder({ config: { max_position_embeddings: 40 } }) });
    const embedder = await openEmbedder(parts, 1);
    onTestFinished(() => embedder.close());
    await expect(embedder.embed(['the '.repeat(30)])).rejects.toMatchObject({ code: 'broken_model' });
    rmSync(join(path, 'tokenizer.json'));
    expect(() => partsOf({ path })).toThrow(expect.objectContaining({ code: 'tokenizer_missing' }));
    writeFileSync(join(path, 'tokenizer.json'), '{}');
    expect(() => partsOf({ path })).toThrow(expect.objectContaining({ code: 'not_a_tokenizer' }));
  });
});
