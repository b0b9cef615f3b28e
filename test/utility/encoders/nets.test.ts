// BERT's and RoBERTa's kind, held against what PyTorch makes of them: test/fixtures/text-nets/make.py.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TokenEncoder } from '../../../src-main/runtime/token-encoder.ts';
import { partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { Guesser } from '../../../src-main/utility/work/language/guesser.ts';
import { farthest, golden, netFolder } from '../../support/text-nets.ts';

type Family = 'bert' | 'roberta';
const one = { device: 'cpu', threads: 1 } as const;
const architectures = { bert: 'BertForMaskedLM', roberta: 'RobertaForMaskedLM' } as const;

function fileOf(family: Family, from: string): { bytes: Uint8Array; pad: number } {
  const config = { architectures: [architectures[family]] };
  const path = netFolder(family, { files: { 'onnx/model.onnx': from }, config });
  return { bytes: readFileSync(join(path, 'onnx/model.onnx')), pad: partsOf({ path }).pad! };
}
async function opened(family: Family, from: string): Promise<TokenEncoder> {
  const { bytes, pad } = fileOf(family, from);
  const encoder = await TokenEncoder.open(bytes, ['logits'], pad, one);
  onTestFinished(() => encoder.close());
  return encoder;
}

/** Of float64: what float32 rounds; 16 bits do in each step; 8 bits are held against the same rounding. */
const cases = [
  ['bert', 'classes', 'logits', 1e-5],
  ['roberta', 'classes', 'logits', 1e-5],
  ['bert', 'classes_fp16', 'logits', 0.03],
  ['bert', 'classes_int8', 'int8', 1e-4],
] as const;

describe.each(cases)('a classifier of %s’s kind: %s', (family, file, wanted, most) => {
  it('gives PyTorch’s logits, of one text and of several filled up', async () => {
    const encoder = await opened(family, file);
    const { pairs } = golden[family];
    for (const each of pairs) {
      const { data } = await encoder.run([{ tokens: each.tokens, segments: each.types }]);
      expect(farthest(data, each[wanted])).toBeLessThan(most);
    }
    // A tensor that is quantised as it comes has one scale for all of its rows.
    if (wanted === 'int8') return;
    const { data, dims } = await encoder.run(pairs.map(({ tokens, types }) => ({ tokens, segments: types })));
    expect(dims).toEqual([pairs.length, 3]);
    expect(
      farthest(
        data,
        pairs.flatMap((each) => each[wanted]),
      ),
    ).toBeLessThan(most);
  });
});

it('one that fills in masks gives PyTorch’s logits of each token', async () => {
  const { bytes, pad } = fileOf('bert', 'masked');
  const guesser = await Guesser.open(bytes, pad, one);
  onTestFinished(() => guesser.close());
  const { tokens, logits } = golden.bert.masked;
  expect(farthest(await guesser.logits(tokens), logits.flat())).toBeLessThan(1e-5);
});
