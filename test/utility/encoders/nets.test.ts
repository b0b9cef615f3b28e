// BERT's and RoBERTa's kind, held against what PyTorch makes of them: test/fixtures/text-nets/make.py.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { usualGeneration } from '../../../src-main/shared/generation.ts';
import type { Verdict } from '../../../src-main/shared/prompt/verdict.ts';
import type { WriterPrompt } from '../../../src-main/shared/prompt/writer.ts';
import { TokenEncoder } from '../../../src-main/runtime/token-encoder.ts';
import { pairer } from '../../../src-main/utility/work/encoders/pair.ts';
import { shortly } from '../../../src-main/utility/work/encoders/teller.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { partsOf } from '../../../src-main/utility/work/generate/open.ts';
import { Guesser } from '../../../src-main/utility/work/language/guesser.ts';
import { farthest, golden, netFolder, type Named } from '../../support/text-nets.ts';

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

/** A net with a head of its kind, asked as in the playground. */
function asked(family: Family, head: string, net: string, config: object = {}, file = head) {
  const path = netFolder(family, { files: { 'onnx/model.onnx': file }, config: { architectures: [net], ...config } });
  const bench = new Bench();
  onTestFinished(() => bench.close());
  const hooks = { given: () => {}, told: () => {}, pause: () => Promise.resolve(), stopRequested: () => false };
  const ask = async (prompt: WriterPrompt): Promise<Verdict> => {
    const settings = usualGeneration;
    const request = { id: 1, type: 'write', model: { path }, prompt, settings, threads: 1, begun: [] } as const;
    const { texts, facts } = await bench.write({ ...request, begun: [] }, hooks);
    const { verdict, text } = texts[0];
    expect(facts.promptTokens).toBe(verdict!.tokens);
    expect(bench.render({ path }, prompt).tokens).toBe(verdict!.tokens);
    expect(text).toBe(shortly(verdict!));
    return verdict!;
  };
  return { path, bench, ask };
}
const prefix = { bert: 'Bert', roberta: 'Roberta' } as const;
const both = ['bert', 'roberta'] as const;
const classNames = { 0: 'contradiction', 1: 'neutral', 2: 'entailment' };
const labelNames = { 0: 'O', 1: 'B-PER', 2: 'I-PER', 3: 'B-LOC', 4: 'I-LOC' };
const user = (text: string) => ({ role: 'user', text }) as const;

describe.each(both)('two texts of %s’s kind', (family) => {
  it('stand as its tokenizer puts pairs, and are told as PyTorch tells them', async () => {
    const { ask, path } = asked(family, 'classes', `${prefix[family]}ForSequenceClassification`, {
      id2label: classNames,
    });
    const { file } = partsOf({ path });
    for (const { text, pair, tokens, types, probabilities } of golden[family].pairs) {
      const verdict = await ask(pair === null ? text : [user(text), user(pair)]);
      expect(verdict).toMatchObject({ kind: 'classes', tokens: tokens.length, seen: tokens.length });
      for (const { label, score } of verdict.scores) {
        expect(score).toBeCloseTo(probabilities[Object.values(classNames).indexOf(label)], 5);
      }
      if (pair === null) continue;
      const { row } = pairer(file, 100)(text, pair);
      expect([[...row.tokens], [...row.segments]]).toEqual([tokens, types]);
    }
  });
  it('lose the end of the longer one where they are too long', () => {
    const { file } = partsOf({ path: asked(family, 'classes', `${prefix[family]}ForSequenceClassification`).path });
    const cut = pairer(file, 16);
    const whole = pairer(file, 1000)('the cat', 'the cat sat in the cat sat in the cat sat');
    const { row, tokens } = cut('the cat', 'the cat sat in the cat sat in the cat sat');
    expect([row.tokens.length, tokens]).toEqual([16, whole.row.tokens.length]);
    expect(row.tokens.slice(0, row.second)).toEqual(whole.row.tokens.slice(0, whole.row.second));
    const sides = (a: number, b: number) => {
      const { row: one } = cut('the '.repeat(a).trim(), 'the '.repeat(b).trim());
      return [one.second, one.tokens.length - one.second].join();
    };
    // [CLS] and [SEP] with the first, [SEP] with the second; RoBERTa’s have two between.
    expect([sides(50, 50), sides(50, 3), sides(3, 50)]).toEqual(
      family === 'bert' ? ['8,8', '12,4', '5,11'] : ['9,7', '12,4', '6,10'],
    );
  });
});

describe.each(both)('names by a net of %s’s kind', (family) => {
  it('are those of the reference: words of pieces, places in UTF-16 units, long texts in parts', async () => {
    const { ask } = asked(family, 'names', `${prefix[family]}ForTokenClassification`, { id2label: labelNames });
    for (const { text, spans } of golden[family].named) {
      const verdict = await ask(text);
      expect(verdict.kind).toBe('names');
      const bare = (all: readonly Named[]) =>
        all.map(({ label, text: own, start, end }) => ({ label, own, start, end }));
      expect(bare(verdict.spans!)).toEqual(bare(spans));
      verdict.spans!.forEach(({ score }, i) => expect(score).toBeCloseTo(spans[i].score, 5));
      for (const { start, end, text: own } of verdict.spans!) expect(text.slice(start, end)).toBe(own);
    }
    const long = golden[family].named.at(-1)!;
    expect((await ask(long.text)).windows).toBe(family === 'bert' ? 2 : 1);
    expect((await ask('')).spans).toEqual([]);
  });
});

describe.each(both)('answers by a net of %s’s kind', (family) => {
  it('are those of the reference: the likeliest parts of the text, over all windows, and none', async () => {
    const { ask } = asked(family, 'answers', `${prefix[family]}ForQuestionAnswering`);
    for (const { question, context, answers, none, windows } of golden[family].asked) {
      for (const prompt of [
        [{ role: 'system', text: context } as const, user(question)],
        [user(question), user(context)],
      ]) {
        const verdict = await ask(prompt);
        expect(verdict).toMatchObject({ kind: 'answers', windows });
        expect(verdict.none).toBeCloseTo(none, 6);
        verdict.spans!.forEach(({ score, start, end, text }, i) => {
          expect(score).toBeCloseTo(answers[i].score, 6);
          expect(context.slice(start, end)).toBe(text);
        });
        expect(verdict.spans!.map(({ start, end }) => [start, end])).toEqual(
          answers.map(({ start, end }) => [start, end]),
        );
      }
    }
    expect(golden[family].asked.at(-1)!.windows).toBeGreaterThan(1);
  });
  it('are asked of a text, and by a question that leaves room for one', async () => {
    const { ask, path } = asked(family, 'answers', `${prefix[family]}ForQuestionAnswering`);
    await expect(ask('Who ran?')).rejects.toMatchObject({ code: 'no_context' });
    await expect(ask([user('Who ran?')])).rejects.toMatchObject({ code: 'no_context' });
    await expect(ask([user('the '.repeat(80)), user('the cat')])).rejects.toMatchObject({ code: 'prompt_too_long' });
    writeFileSync(
      join(path, 'tokenizer.json'),
      JSON.stringify({
        ...(JSON.parse(readFileSync(join(path, 'tokenizer.json'), 'utf8')) as object),
        post_processor: null,
      }),
    );
    const other = new Bench();
    onTestFinished(() => other.close());
    expect(() => other.render({ path }, [user('Who ran?'), user('the cat')])).toThrow(
      expect.objectContaining({ code: 'unsupported_tokenizer' }),
    );
  });
});

describe('a net of another kind', () => {
  it('is told two texts in vain', async () => {
    const { ask } = asked('bert', 'names', 'BertForTokenClassification', { id2label: { 0: 'O', 1: 'B-X' } });
    await expect(ask('the cat')).rejects.toMatchObject({
      code: 'broken_model',
      message: expect.stringContaining('names 2 labels') as string,
    });
    const classes = asked('bert', 'classes', 'BertForSequenceClassification', { id2label: classNames });
    await expect(classes.ask([user('a'), user('b'), user('c')])).rejects.toMatchObject({ code: 'bad_arguments' });
    const wrong = asked('bert', 'classes', 'BertForQuestionAnswering');
    await expect(wrong.ask([user('Who?'), user('the cat')])).rejects.toMatchObject({
      code: 'broken_model',
      message: expect.stringContaining('start_logits') as string,
    });
  });
});
