import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { corpusBleu } from '../../src-main/evaluation/text/bleu.ts';
import { corpusChrf } from '../../src-main/evaluation/text/chrf.ts';
import { rouge } from '../../src-main/evaluation/text/rouge.ts';

interface Corpus {
  name: string;
  hypotheses: string[];
  references: string[][];
  bleu: { score: number; precisions: number[]; brevityPenalty: number };
  chrf: number;
}
// Made by fixtures/evaluation/make-texts.py.
const { corpora } = JSON.parse(readFileSync(new URL('../fixtures/evaluation/texts.json', import.meta.url), 'utf8')) as {
  corpora: Corpus[];
};

const expectClose = (got: number, wanted: number): void => expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9);

describe.each(corpora)('sacreBLEU: $name', ({ hypotheses, references, bleu, chrf }) => {
  it('has the same BLEU', () => {
    const found = corpusBleu(hypotheses, references);
    expectClose(found.score, bleu.score);
    expectClose(found.brevityPenalty, bleu.brevityPenalty);
    found.precisions.forEach((precision, n) => expectClose(precision, bleu.precisions[n]));
  });
  it('has the same chrF', () => expectClose(corpusChrf(hypotheses, references), chrf));
});

describe('ROUGE', () => {
  const one = (hypothesis: string, ...references: string[]) => rouge([hypothesis], [references]);
  it('is what the README of rouge_score says', () => {
    const found = one('The quick brown dog jumps on the log.', 'The quick brown fox jumps over the lazy dog');
    // 6 of 8 words, of 9; 5 of them in order.
    expectClose(found.rouge1, (2 * 0.75 * (6 / 9)) / (0.75 + 6 / 9));
    expectClose(found.rougeL, (2 * 0.625 * (5 / 9)) / (0.625 + 5 / 9));
    // "the quick" and "quick brown", of 7 and of 8 pairs.
    expectClose(found.rouge2, (2 * (2 / 7) * (2 / 8)) / (2 / 7 + 2 / 8));
  });
  it('heeds neither case nor punctuation, counts a word as often as it is there, and takes the best reference', () => {
    expect(one('Testing, one TWO!', 'testing one two')).toEqual({ rouge1: 1, rouge2: 1, rougeL: 1 });
    expectClose(one('a a a', 'a b').rouge1, (2 * (1 / 3) * (1 / 2)) / (1 / 3 + 1 / 2));
    expect(one('a b', 'x', 'a b', 'a').rouge1).toBe(1);
    expect(one('', 'a')).toEqual({ rouge1: 0, rouge2: 0, rougeL: 0 });
    expectClose(rouge(['a', 'b'], [['a'], ['x']]).rouge1, 0.5);
  });
});
