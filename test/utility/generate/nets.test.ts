// T5's, BART's and Marian's kind, held against what PyTorch makes of them and a search written out in Python: test/fixtures/text-nets/make.py.

import { describe, expect, it, onTestFinished } from 'vitest';
import { usualGeneration, type GenerationSettings } from '../../../src-main/shared/generation.ts';
import { Bench } from '../../../src-main/utility/work/generate/bench.ts';
import { searchBeams } from '../../../src-main/utility/work/generate/beams.ts';
import { openParts, partsOf, type OpenWriter } from '../../../src-main/utility/work/generate/open.ts';
import { write } from '../../../src-main/utility/work/generate/writing.ts';
import { farthest, golden, netFolder, type WrittenBySearch, type WrittenGreedily } from '../../support/text-nets.ts';

type Writes = 't5' | 'bart' | 'marian';
const file = (name: string, from = name) => [`onnx/${name}.onnx`, from] as const;
const layouts = {
  merged: [file('encoder_model'), file('decoder_model_merged')],
  split: [file('encoder_model'), file('decoder_model'), file('decoder_with_past_model')],
  'without past': [file('encoder_model'), file('decoder_model')],
  fp16: [file('encoder_model_fp16'), file('decoder_model_merged_fp16')],
  int8: [file('encoder_model_int8'), file('decoder_model_int8')],
} as const;
const folderOf = (family: Writes, layout: keyof typeof layouts, generation?: object, config?: object): string =>
  netFolder(family, { files: Object.fromEntries(layouts[layout]), generation, config });

async function opened(path: string, cache = true): Promise<OpenWriter> {
  const writer = await openParts(partsOf({ path }), 1, { cache });
  onTestFinished(() => writer.close());
  return writer;
}
const hooks = { told: () => undefined, pause: () => Promise.resolve(), stopRequested: () => false };

/** As its own description asks. */
async function written(path: string, source: string, cache: boolean, more: Partial<GenerationSettings> = {}) {
  const { own } = partsOf({ path });
  const settings = { ...usualGeneration, ...own!.settings, ...more };
  const writer = await opened(path, cache);
  expect(writer.model.cached).toBe(cache);
  const { fed } = await writer.take(source);
  const found =
    settings.beams > 1
      ? await searchBeams(writer, fed, { ...settings, n: 3 }, hooks)
      : await write(writer, fed, settings, null, hooks);
  return { texts: found.texts, fed };
}
/** With what it has to begin with and its end, as the reference tells them. */
const whole = ({ tokens, finish }: { tokens: number[]; finish: string }, fed: readonly number[], end: number) => [
  ...fed.slice(1),
  ...tokens,
  ...(finish === 'end' ? [end] : []),
];
const ends = { t5: 1, bart: 2, marian: 0 };
const families = ['t5', 'bart', 'marian'] as const;
const rules = families.flatMap((family) => Object.keys(golden[family].rules).map((name) => [family, name] as const));

describe.each(families)('a net of the kind of %s', (family) => {
  it.each([true, false])('gives PyTorch’s logits (cache: %s)', async (cache) => {
    const writer = await opened(folderOf(family, 'merged'), cache);
    for (const { source, tokens, logits } of golden[family].cases) {
      const { prompt, fed } = await writer.take(source);
      expect(prompt).toEqual(tokens);
      writer.model.reset();
      expect(farthest((await writer.model.feed([fed.slice(0, 1)]))[0], logits)).toBeLessThan(1e-5);
    }
  });
});

describe('by its generation_config.json', () => {
  it.each(rules)('%s writes token for token what a plain search writes: %s', async (family, name) => {
    const of = golden[family];
    for (const [i, { source, written: wanted }] of of.cases.entries()) {
      // Were two of them as good as equal, nothing could be told of either.
      expect(wanted[name].margin).toBeGreaterThan(1e-4);
      const found: unknown[] = [];
      for (const cache of [true, false]) {
        const { texts, fed } = await written(folderOf(family, 'merged', of.rules[name]), source, cache);
        const all = texts.map((text) => whole(text, fed, ends[family]));
        const searched = 'texts' in wanted[name];
        expect(all, `${source} ${cache}`).toEqual(
          searched
            ? (wanted[name] as WrittenBySearch).texts.map(({ tokens }) => tokens)
            : [(wanted[name] as WrittenGreedily).tokens],
        );
        found.push(all);
      }
      expect(found[0]).toEqual(found[1]);
      expect(i).toBeLessThan(2);
    }
  });
  it('and so from files apart, and without any that goes on', async () => {
    const { rules: asked, cases } = golden.t5;
    for (const { source, written: wanted } of cases) {
      for (const [layout, cache] of [
        ['split', true],
        ['without past', false],
      ] as const) {
        const { texts, fed } = await written(folderOf('t5', layout, asked.longer), source, cache);
        expect(texts.map((text) => whole(text, fed, 1))).toEqual(
          (wanted.longer as WrittenBySearch).texts.map(({ tokens }) => tokens),
        );
      }
    }
  });
  it('of which config.json holds what older ones have no other file for', () => {
    const { own } = partsOf({ path: folderOf('bart', 'merged', undefined, golden.bart.rules.own) });
    expect(own).toEqual(partsOf({ path: folderOf('bart', 'merged', golden.bart.rules.own) }).own);
    expect(own).toEqual({
      // 16 and 7 with the token that it is fed first and the one that it begins with.
      settings: {
        ...{ maxTokens: 14, minTokens: 5, temperature: 0, beams: 4, noRepeat: 3, lengthPenalty: 2 },
        earlyStopping: true,
      },
      leftOut: [],
    });
    expect(partsOf({ path: folderOf('t5', 'merged') }).own).toBe(null);
  });
  it('names what it asks for and is not followed', () => {
    const generation = { num_beams: 4, num_beam_groups: 2, diversity_penalty: 0.5, encoder_no_repeat_ngram_size: 0 };
    expect(partsOf({ path: folderOf('t5', 'merged', generation) }).own!.leftOut).toEqual([
      'num_beam_groups',
      'diversity_penalty',
    ]);
    // What is no such number is not there.
    const odd = { num_beams: '4', do_sample: true, temperature: 0.7, max_length: -3, top_p: 7 };
    expect(partsOf({ path: folderOf('t5', 'merged', odd) }).own!.settings).toEqual({
      ...{ temperature: 0.7, topK: 50, topP: 1, minP: 0, beams: 1 },
    });
  });
});

describe('in smaller numbers', () => {
  it('16 bits give logits to 0.02 of the largest, and the same tokens', async () => {
    const path = folderOf('t5', 'fp16', golden.t5.rules.longer);
    const writer = await opened(path);
    for (const { source, logits, written: wanted } of golden.t5.cases) {
      const { fed } = await writer.take(source);
      const [found] = await writer.model.feed([fed]);
      expect(farthest(found, logits)).toBeLessThan(0.02 * Math.max(...logits.map(Math.abs)));
      const { texts } = await written(path, source, true);
      expect(whole(texts[0], fed, 1)).toEqual((wanted.longer as WrittenBySearch).texts[0].tokens);
    }
  });
  it('8 bits give what the same rounding gives in PyTorch, to 1e-4', async () => {
    const path = folderOf('t5', 'int8', { max_length: 12 });
    const writer = await opened(path, false);
    for (const { source, int8 } of golden.t5.cases) {
      const { fed } = await writer.take(source);
      const [found] = await writer.model.feed([fed]);
      expect(farthest(found, int8!.logits)).toBeLessThan(1e-4 * Math.max(...int8!.logits.map(Math.abs)));
      const { texts } = await written(path, source, false);
      expect(whole(texts[0], fed, 1)).toEqual(int8!.tokens);
    }
  });
});

describe('held to a form', () => {
  it('a text keeps to that, whatever the model’s rules would have of it', async () => {
    const bench = new Bench();
    onTestFinished(() => bench.close());
    const path = folderOf('marian', 'merged', golden.marian.rules.words);
    const form = { kind: 'regex', pattern: '(ab){3}c' } as const;
    const settings = { ...usualGeneration, noRepeat: 1, minTokens: 30, form };
    const { texts } = await bench.write(
      { id: 1, type: 'write', model: { path }, prompt: 'a cat', settings, threads: 1, begun: [] },
      { ...hooks, given: () => undefined },
    );
    expect(texts[0].text).toBe('abababc');
  });
});
