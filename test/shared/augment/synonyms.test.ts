import { describe, expect, it } from 'vitest';
import {
  readSynonymsRef,
  SynonymFinder,
  synonymPieces,
  synonymsRef,
  type SynonymList,
} from '../../../src-main/shared/augment/synonyms.ts';
import { hostileTexts, randomText } from '../../support/texts.ts';

const list: SynonymList = [
  ['good', 'fine', 'first-rate'],
  ['New York', 'the city'],
  ['new', 'recent'],
  ['高兴', '快乐', '愉快'],
  ["don't", 'do not'],
];
const finder = new SynonymFinder(list);
const found = (text: string) => finder.find(text).map(({ start, end }) => text.slice(start, end));
const draw = { share: 1, seed: 3, epoch: 0, sample: 0 };
const changed = (text: string, change: Partial<typeof draw> = {}) =>
  synonymPieces(text, finder.find(text), { ...draw, ...change })
    .map((piece) => piece.text)
    .join('');

describe('synonyms in a text', () => {
  it('stand for whole words, the longest entry first, in any case and script', () => {
    expect(found("GOOD goodness new New  york, new. Don’t don't")).toEqual([
      'GOOD',
      'new',
      'New  york',
      'new',
      "don't",
    ]);
    expect(found('我很高兴，高 兴！兴高')).toEqual(['高兴', '高 兴']);
    // A sign between two words parts them.
    expect(found('new-york')).toEqual(['new']);
  });

  it('keep a capital, and all around them', () => {
    expect(changed('New York is  new\tnow.\n')).toBe('The city is  recent\tnow.\n');
    expect(['Fine!', 'First-rate!']).toContain(changed('Good!'));
    expect(['快乐', '愉快']).toContain(changed('高兴'));
  });

  it('come as often as was asked for, each as often as the others', () => {
    const text = Array.from({ length: 10 }, () => 'good').join(' ');
    const words = Array.from({ length: 1000 }, (_, sample) => changed(text, { share: 0.3, sample }).split(' ')).flat();
    const count = (word: string) => words.filter((each) => each === word).length;
    for (const word of ['fine', 'first-rate'])
      expect(Math.abs(count(word) - 1500)).toBeLessThan(4 * Math.sqrt(10_000 * 0.15 * 0.85));
    expect(count('good') + count('fine') + count('first-rate')).toBe(10_000);
  });

  it('follow from seed, epoch and sample alone', () => {
    const text = Array.from({ length: 20 }, () => 'good').join(' ');
    const one = changed(text, { share: 0.5 });
    expect(changed(text, { share: 0.5 })).toBe(one);
    for (const other of [{ seed: 4 }, { epoch: 1 }, { sample: 1 }])
      expect(changed(text, { share: 0.5, ...other })).not.toBe(one);
    expect(changed(text, { share: 0 })).toBe(text);
  });

  it('leave every other character as it is, whatever the text', () => {
    const texts = [
      ...hostileTexts,
      ...Array.from({ length: 50 }, (_, seed) => `${randomText(seed, 200)} good ${randomText(seed, 50)}`),
    ];
    for (const text of texts) {
      const places = finder.find(text);
      const pieces = synonymPieces(text, places, draw);
      const kept = pieces.filter((piece) => !piece.new).map((piece) => piece.text);
      let from = 0;
      const between = [...places, { start: text.length, end: text.length }].map(({ start, end }) => {
        const part = text.slice(from, start);
        from = end;
        return part;
      });
      expect(kept).toEqual(between);
    }
  });

  it('are only those that can be used', () => {
    const able = new SynonymFinder(list, (synonym) => synonym === 'Fine' || synonym === 'recent');
    expect(able.find('Good good new').map(({ synonyms }) => synonyms)).toEqual([['Fine'], ['recent']]);
  });

  it('have a list that a setting names', () => {
    const kept = { name: 'my: #1', entries: 5, blob: 'a'.repeat(64) };
    expect(readSynonymsRef(synonymsRef(kept))).toEqual({ ...kept, name: 'my_ _1' });
    for (const wrong of ['', 'a:1@' + 'a'.repeat(64), 'a:x#' + 'a'.repeat(64), 'a:1#b'])
      expect(readSynonymsRef(wrong)).toBeNull();
  });
});
