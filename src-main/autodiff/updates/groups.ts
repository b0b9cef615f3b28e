// Which parameter takes which learning rate and penalties.

import { AtelierError } from '../../shared/errors.ts';
import { notNegative, positive } from '../options.ts';
import type { ParameterGroup, UpdateOptions } from '../types.ts';

export interface Settings {
  /** Times the step's learning rate. */
  readonly rate: number;
  readonly weightDecay: number;
  readonly l1: number;
}

function matcherOf({ match }: ParameterGroup): (name: string) => boolean {
  try {
    const pattern = new RegExp(match);
    return (name) => pattern.test(name);
  } catch (error) {
    throw new AtelierError('invalid_options', `match=${match}: ${(error as Error).message}`);
  }
}

/** `rankOf`: every parameter's rank, by name. A group that no parameter belongs to is a slip of the pen, and refused. */
export function settingsOf(
  rankOf: ReadonlyMap<string, number>,
  common: { readonly weightDecay: number; readonly l1: number },
  { groups = [], spareVectors = false }: Pick<UpdateOptions, 'groups' | 'spareVectors'>,
): ReadonlyMap<string, Settings> {
  const rules = groups.map((group) => {
    positive({ rate: group.rate });
    notNegative({ weightDecay: group.weightDecay, l1: group.l1 });
    const matches = matcherOf(group);
    if (![...rankOf.keys()].some(matches)) {
      throw new AtelierError('invalid_options', `match=${group.match}: no parameter has such a name`);
    }
    return { group, matches };
  });
  return new Map(
    [...rankOf].map(([name, rank]): [string, Settings] => {
      const group = rules.find(({ matches }) => matches(name))?.group;
      const usual = spareVectors && rank < 2 ? { weightDecay: 0, l1: 0 } : common;
      const { rate = 1, weightDecay = usual.weightDecay, l1 = usual.l1 } = group ?? {};
      return [name, { rate, weightDecay, l1 }];
    }),
  );
}
