import * as ort from 'onnxruntime-node';
import '../../../support/runtime-first.ts';
import { describe, expect, it } from 'vitest';
import type { TextInputEncoder } from '../../../../src-main/datasets/encode/encoder.ts';
import { joinTexts } from '../../../../src-main/datasets/encode/texts/cells.ts';
import { encodeTextRows } from '../../../../src-main/datasets/encode/texts/load.ts';
import {
  addTextReading,
  addTokenReading,
  readsTexts,
  textOpset,
  textOpsets,
} from '../../../../src-main/datasets/encode/texts/onnx.ts';
import { GraphBuilder } from '../../../../src-main/onnx/builder.ts';
import { writeModel } from '../../../../src-main/onnx/write.ts';
import type { TrainedTokenizer } from '../../../../src-main/shared/text.ts';
import { TokenizerTrainer } from '../../../../src-main/tokenizers/train.ts';
import { hostileTexts, randomText, reviews } from '../../../support/texts.ts';

function encoderOf(kind: TrainedTokenizer, lowercase: boolean, length: number, columns = ['text']): TextInputEncoder {
  const trainer = new TokenizerTrainer({ kind, vocabulary: 400, lowercase });
  for (const text of [...hostileTexts, ...hostileTexts, ...reviews(50).map((each) => each.text)]) trainer.add(text);
  return { kind: 'text', columns, length, tokenizer: trainer.finish(), target: null };
}

async function sessionOf(g: GraphBuilder, tokens: string): Promise<ort.InferenceSession> {
  g.output(tokens);
  const opsets = { '': textOpset, ...textOpsets };
  const model = { irVersion: 9, opsets, producer: 'atelier', metadata: {}, graph: g.finish() };
  return ort.InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
}

/** Texts through the graph: one row of tokens each. */
async function reader(encoder: TextInputEncoder): Promise<(rows: string[][]) => Promise<Int32Array>> {
  const g = new GraphBuilder('texts');
  const inputs = encoder.columns.map((column) => g.input(column, 'string', ['batch', 1]));
  const tokens = addTextReading(g, encoder, inputs);
  const session = await sessionOf(g, tokens);
  return async (rows) => {
    const feeds = encoder.columns.map((column, c) => {
      const cells = rows.map((row) => joinTexts([row[c]]));
      return [column, new ort.Tensor('string', cells, [rows.length, 1])] as const;
    });
    const results = await session.run(Object.fromEntries(feeds));
    expect(results[tokens].dims).toEqual([rows.length, encoder.length]);
    return results[tokens].data as Int32Array;
  };
}

const kinds = (['word', 'character'] as const).flatMap((kind) =>
  [true, false].map((lowercase) => ({ kind, lowercase })),
);

describe.each(kinds)('a tokenizer as ONNX: $kind, lower case $lowercase', ({ kind, lowercase }) => {
  it.each([5, 64])('gives the same tokens of every text, cut or filled to %i', async (length) => {
    const encoder = encoderOf(kind, lowercase, length);
    const read = await reader(encoder);
    const texts = [...hostileTexts, ...Array.from({ length: 40 }, (_, seed) => randomText(seed, 120)), 'a\ud83db\0c'];
    const rows = texts.map((text) => [text]);
    const wanted = encodeTextRows(encoder, rows, ['text']);
    const got = await read(rows);
    for (const [i, text] of texts.entries()) {
      const row = (tokens: Int32Array) => [...tokens.subarray(i * length, (i + 1) * length)];
      expect(row(got), JSON.stringify(text)).toEqual(row(wanted));
    }
    expect(new Set(wanted).size).toBeGreaterThan(kind === 'word' ? 60 : 40);
  });

  it('takes texts of nothing at all, and one alone', async () => {
    const encoder = encoderOf(kind, lowercase, 6);
    const read = await reader(encoder);
    expect([...(await read([[''], ['NA'], [' ']]))]).toEqual(Array(18).fill(0));
    expect(await read([['Good film']])).toEqual(encodeTextRows(encoder, [['Good film']], ['text']));
  });

  it('reads several columns as one text', async () => {
    const encoder = encoderOf(kind, lowercase, 30, ['title', 'body', 'end']);
    const read = await reader(encoder);
    const rows = [
      ['Great film', '', 'the end.'],
      ['', 'Boring', ''],
      ['', '', ''],
      ['狗', 'A B', 'x'],
    ];
    const got = await read(rows);
    expect(got).toEqual(encodeTextRows(encoder, rows, encoder.columns));
    const inOne = { ...encoder, columns: ['all'] };
    expect(got.slice(0, 30)).toEqual(encodeTextRows(inOne, [['Great film\n\nthe end.']], ['all']));
  });
});

describe('tokens that come from a tokenizer.json', () => {
  it.each([
    [
      [3, 4],
      [3, 4, 9, 9],
    ],
    [
      [3, 4, 5, 6],
      [3, 4, 5, 6],
    ],
    [
      [3, 4, 5, 6, 7, 8],
      [3, 4, 5, 6],
    ],
    [[], [9, 9, 9, 9]],
  ])('%j are cut or filled up', async (given, wanted) => {
    const file = encoderOf('byte-pair', true, 4).tokenizer!;
    const encoder: TextInputEncoder = {
      kind: 'text',
      columns: ['text'],
      length: 4,
      tokenizer: { ...file, padding: { pad_id: 9 } },
      target: null,
    };
    const g = new GraphBuilder('tokens');
    const tokens = addTokenReading(g, encoder, g.input('input_ids', 'int64', ['batch', 'tokens']));
    const session = await sessionOf(g, tokens);
    const ids = new ort.Tensor('int64', BigInt64Array.from(given, BigInt), [1, given.length]);
    expect([...((await session.run({ input_ids: ids }))[tokens].data as Int32Array)]).toEqual(wanted);
  });

  it('are taken where a graph cannot read the text', () => {
    expect(readsTexts(encoderOf('word', true, 4))).toBe(true);
    expect(readsTexts(encoderOf('character', false, 4))).toBe(true);
    expect(readsTexts(encoderOf('byte-pair', true, 4))).toBe(false);
  });
});
