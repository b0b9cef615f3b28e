import type { Condition } from '../../../src-main/shared/filter.ts';
import { categoryColour } from '../../charts/colours.ts';
import { splitColour } from '../../words/data-terms.ts';

/** The colour of the one class or split that it is about. */
export function conditionColour(
  condition: Condition,
  classIndex: (name: string) => number,
  dark: boolean,
): string | undefined {
  if (condition.kind === 'split' && condition.splits.length === 1) return splitColour(condition.splits[0]);
  if (condition.kind !== 'class' || condition.classes.length !== 1) return undefined;
  const at = classIndex(condition.classes[0]);
  return at < 0 ? undefined : categoryColour(at, dark);
}
