import { AtelierError } from '../../shared/errors.ts';
import { splitNames } from '../../shared/dataset.ts';
import { train } from '../splits.ts';
import type { StepKind } from './step.ts';

/** Samples to leave out, and of each the one like it that stays. */
export interface CopiesFound {
  left: number[];
  of: number[];
}

/**
 * Leaves out images or sounds that are copies of another one: the very same pixels, or (images) the same picture a little cropped, scaled, blurred or
 * brightened. Of each set one stays, that of test before validation before train; `from` train: held-out splits keep all of theirs.
 */
export const copies: StepKind<CopiesFound> = {
  kind: 'copies',
  group: 'rows',
  of: ['images', 'audio'],
  model: 'apart',
  learns: false,
  fields: [
    { key: 'which', kind: 'choice', default: 'near', choices: ['near', 'exact'] },
    { key: 'from', kind: 'choice', default: 'train', choices: ['train', 'everywhere'] },
  ],
  async fit(_, settings, { each, all, copies: find }) {
    if (!find) throw new AtelierError('internal', 'Copies are looked for among files alone.');
    const { ids } = await find(settings.which === 'near');
    const split = new Int8Array(ids.length).fill(-1);
    await each(`SELECT rid::INTEGER, split::INTEGER FROM ${all}`, (row, vectors, r) => {
      split[row] = vectors[1].getItem(r) as number;
    });
    return leftOut(ids, split, settings.from === 'train');
  },
  keep: (_, __, { left }) => (left.length > 0 ? { where: `rid NOT IN (${left.join(', ')})` } : null),
};

/** `split`: -1 for a sample that an earlier step has left out. */
export function leftOut(ids: Int32Array, split: Int8Array, onlyTrain: boolean): CopiesFound {
  const stays = new Map<number, number>();
  for (let part = splitNames.length - 1; part >= 0; part--) {
    ids.forEach((group, sample) => {
      if (group >= 0 && split[sample] === part && !stays.has(group)) stays.set(group, sample);
    });
  }
  const found: CopiesFound = { left: [], of: [] };
  ids.forEach((group, sample) => {
    if (group < 0 || split[sample] < 0 || (onlyTrain && split[sample] !== train)) return;
    const other = stays.get(group)!;
    if (other === sample) return;
    found.left.push(sample);
    found.of.push(other);
  });
  return found;
}
