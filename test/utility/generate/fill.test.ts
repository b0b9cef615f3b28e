import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GraphBuilder } from '../../../src-main/onnx/builder.ts';
import { tensor } from '../../../src-main/onnx/tensors.ts';
import { writeModel } from '../../../src-main/onnx/write.ts';
import { usualGeneration } from '../../../src-main/shared/generation.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { openParts, partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { tempFolder } from '../../support/temp-workspace.ts';
import { wordPieceFile } from '../../support/tokenizer-files.ts';

const pieces = ['the', 'cat', 'dog', 'sat', 'play', '##ing', '.'];
const [mask, vocabulary] = [4, 5 + pieces.length];
const random = new Random(2);
const table = Float32Array.from({ length: vocabulary * vocabulary }, () => 3 * random.normal());

/** An encoder of BERT's inputs: each place's logits are a row for its token and the mean of the rows of all. */
function encoder(folder: string, { typed = true } = {}): string {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const g = new GraphBuilder('encoder');
  const inputs = ['input_ids', 'attention_mask', ...(typed ? ['token_type_ids'] : [])];
  const [ids] = inputs.map((name) => g.input(name, 'int64', ['batch', 'sequence_length']));
  const rows = g.op('Gather', [g.initializer('table', tensor('float', [vocabulary, vocabulary], table)), ids], {
    axis: 0,
  });
  const mean = g.op('ReduceMean', [rows, g.int64s([1])], { keepdims: 1 });
  const [logits] = g.node('Add', [rows, mean], {}, { outputs: ['logits'] });
  g.output(logits);
  const graph = g.finish();
  const model = writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'test', graph, metadata: {} });
  writeFileSync(join(folder, 'onnx/model.onnx'), model);
  const config = { architectures: ['BertForMaskedLM'], model_type: 'bert', max_position_embeddings: 12 };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(wordPieceFile(pieces)));
  return folder;
}

/** By the formula, in float64: natural logarithms of each token's probability in a place. */
function expected(tokens: readonly number[], place: number): number[] {
  const row = (token: number) => [...table.subarray(token * vocabulary, (token + 1) * vocabulary)];
  const mean = (i: number) => tokens.reduce((sum, token) => sum + row(token)[i], 0) / tokens.length;
  const logits = row(tokens[place]).map((value, i) => value + mean(i));
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
  return logits.map((value) => value - total);
}
const best = (scores: readonly number[]): number[] => [...scores.keys()].sort((a, b) => scores[b] - scores[a]);

function opened(path = encoder(join(tempFolder(), 'bert'))) {
  const bench = new Bench();
  onTestFinished(() => bench.close());
  const hooks = { given: () => {}, told: () => {}, pause: () => Promise.resolve(), stopRequested: () => false };
  const settings = { ...usualGeneration, n: 2, logprobs: 3 };
  const fill = (prompt: string, begun: number[] = []) =>
    bench.write({ id: 1, type: 'write', model: { path }, prompt, settings, threads: 1, begun }, hooks);
  return { path, bench, fill };
}

describe('an encoder fills in what is masked', () => {
  // [CLS] the [MASK] sat [MASK] [SEP]
  const tokens = [2, 5, mask, 8, mask, 3];
  it('with the likeliest tokens, as probable as its logits say', async () => {
    const { fill } = opened();
    const { texts, facts } = await fill('The [MASK] sat[MASK]');
    expect(facts.promptTokens).toBe(6);
    const scores = [2, 4].map((place) => expected(tokens, place));
    texts.forEach(({ tokens: found }, row) => expect(found).toEqual(scores.map((each) => best(each)[row])));
    texts[0].choices!.forEach(({ logprob, likeliest }, i) => {
      expect(likeliest.map(({ token }) => token)).toEqual(best(scores[i]).slice(0, 3));
      expect(logprob).toBeCloseTo(scores[i][texts[0].tokens[i]], 5);
    });
  });
  it('from what was chosen for the masks before', async () => {
    const { fill } = opened(encoder(join(tempFolder(), 'bert'), { typed: false }));
    const { texts } = await fill('The [MASK] sat[MASK]', [6]);
    const seen = tokens.with(2, 6);
    expect(texts[0].tokens).toEqual([6, best(expected(seen, 4))[0]]);
    expect(texts[0].choices![0].logprob).toBeCloseTo(expected(tokens, 2)[6], 5);
    const [whole] = (await fill('The [MASK] sat[MASK]', [6, 10])).texts;
    // It goes on with a word.
    expect(whole.text).toMatch(/^The cat sating$/);
  });
  it('and says where it cannot', async () => {
    const { path, fill } = opened();
    await expect(fill('the cat')).rejects.toMatchObject({ code: 'nothing_masked' });
    await expect(fill(`[MASK] ${'the '.repeat(10)}`)).rejects.toMatchObject({ code: 'prompt_too_long' });
    await expect(openParts(partsOf({ path }), 1)).rejects.toMatchObject({ code: 'not_a_writer' });
    writeFileSync(join(path, 'onnx/model.onnx'), 'none');
    await expect(fill('[MASK]')).rejects.toMatchObject({ code: 'session_failed' });
  });
});
