import { describe, expect, it } from 'vitest';
import { guessJudged, isSwapped, packJudged, unpackJudged } from '../../src-main/shared/judged.ts';

const columns = (...names: string[]) =>
  names.map((each) => {
    const [name, type = 'text'] = each.split(':');
    return { name, type: type as 'text' | 'number' | 'category' };
  });

describe('which columns are judged', () => {
  it.each([
    ['prompt answer_a answer_b', 'prompt', ['answer_a', 'answer_b']],
    ['id:number instruction response-1 response-2 note', 'instruction', ['response-1', 'response-2']],
    ['chosen rejected question', 'question', ['chosen', 'rejected']],
    ['A B', null, ['A', 'B']],
    ['Question:category Model_A:category Model_B:category', 'Question', ['Model_A', 'Model_B']],
    ['asked gpt llama', 'asked', ['gpt', 'llama']],
    ['ours theirs', null, ['ours', 'theirs']],
    ['asked response_a response_b', 'asked', ['response_a', 'response_b']],
  ])('of a pair in "%s" is told by names, else by what are texts', (names, prompt, answers) => {
    expect(guessJudged(columns(...names.split(' ')), 'pair')).toEqual({ prompt, answers });
  });

  it.each([
    ['prompt completion', 'prompt', ['completion']],
    ['asked said', 'asked', ['said']],
    ['output', null, ['output']],
  ])('of a rating in "%s"', (names, prompt, answers) => {
    expect(guessJudged(columns(...names.split(' ')), 'rating')).toEqual({ prompt, answers });
  });

  it('is not guessed where nothing tells, and what is given stays', () => {
    expect(guessJudged(columns('a1', 'b1', 'c1', 'd1'), 'pair')).toBeNull();
    expect(guessJudged(columns('size:number', 'name:category'), 'rating')).toBeNull();
    const table = columns('prompt', 'answer_a', 'answer_b', 'other');
    expect(guessJudged(table, 'pair', { answers: ['other', 'answer_a'] })).toEqual({
      prompt: 'prompt',
      answers: ['other', 'answer_a'],
    });
    expect(guessJudged(table, 'pair', { prompt: null })).toEqual({ prompt: null, answers: ['answer_a', 'answer_b'] });
    expect(guessJudged(table, 'pair', { prompt: 'other' })?.prompt).toBe('other');
  });

  it('is the same text for the same columns', () => {
    const judged = { answers: ['b', 'a "quoted"'], prompt: null };
    expect(packJudged(judged)).toBe(packJudged({ prompt: null, answers: ['b', 'a "quoted"'] }));
    expect(unpackJudged(packJudged(judged))).toEqual(judged);
  });
});

it('answers change sides by lot: the same for a sample each time, half of them, and otherwise in another labelling', () => {
  const sides = (seed: string) => Array.from({ length: 4000 }, (_, i) => isSwapped(seed, i));
  const [one, other] = [sides('lb_1'), sides('lb_2')];
  expect(one).toEqual(sides('lb_1'));
  // Five standard deviations of a fair lot.
  const near = (count: number) => Math.abs(count - 2000) < 5 * Math.sqrt(1000);
  expect(near(one.filter(Boolean).length)).toBe(true);
  expect(near(one.filter((side, i) => side === other[i]).length)).toBe(true);
  expect(near(one.filter((side, i) => i > 0 && side === one[i - 1]).length)).toBe(true);
});
