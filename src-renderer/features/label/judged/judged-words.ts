import { judgedClasses, type JudgedKind } from '../../../../src-main/shared/judged.ts';
import { m } from '../../../words/messages.ts';

const ratings = [m.rating_1, m.rating_2, m.rating_3, m.rating_4, m.rating_5];

/**
 * What a judgement is called, by its class's name. `sides`: the answers stand side by side, and which columns they come from is not to be seen;
 * then A is the one on the left.
 */
export function judgedWord(kind: JudgedKind, name: string, sides = false): string {
  const at = judgedClasses[kind].indexOf(name);
  if (kind === 'rating') return ratings[at]?.() ?? name;
  const pair = sides ? [m.pair_left, m.pair_right] : [m.pair_a, m.pair_b];
  return [...pair, m.pair_tie, m.pair_both_bad][at]?.() ?? name;
}
