import { describe, expect, it } from 'vitest';
import {
  stopWordLanguages,
  stopWordRemover,
  wordPattern,
  writtenStopWords,
} from '../../../src-main/datasets/recipes/stop-words/words.ts';
import { stopWordLists } from '../../../src-main/datasets/recipes/stop-words/lists.ts';

describe('stop words', () => {
  it.each([
    ['en', 'The cat, and THE dog: don’t run!', 'cat, dog: !'],
    ['en', 'ItselfX theatre', 'ItselfX theatre'],
    ['de', 'Der Hund und die Katze', 'Hund Katze'],
    ['fr', 'Le chien et la maison', 'chien maison'],
    ['ru', 'Собака и кошка', 'Собака кошка'],
    ['zh', '我们的目的是学习', '目的学习'],
    ['ja', 'これは私の猫です', '猫'],
  ])('of %s go out of "%s"', (language, text, left) => {
    expect(stopWordRemover(language, '')(text)).toBe(left);
  });

  it('are more where more are given, however they are written', () => {
    const remove = stopWordRemover('en', "Oslo, rock'n'roll");
    expect(remove('OSLO oslo Oslo oSLO rock’n’roll cat')).toBe('oSLO cat');
  });

  it.each(stopWordLanguages)('of %s are many single words, and all of them go', (language) => {
    const words = stopWordLists[language].split(' ');
    expect(words.length).toBeGreaterThan(100);
    const whole = new RegExp(`^${wordPattern}$`, 'u');
    expect(words.filter((each) => !whole.test(each))).toEqual([]);
    if (language !== 'zh' && language !== 'ja') {
      expect(stopWordRemover(language, '')(writtenStopWords(language, '').join(', ')).replaceAll(/[, ]/g, '')).toBe('');
    }
  });
});
