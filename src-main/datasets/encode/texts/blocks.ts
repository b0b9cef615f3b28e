// A language's texts as samples: one long row of tokens is cut into blocks of one length. Pure: arrays in, arrays out.

import type { Random } from '../../../shared/random.ts';

/** Stands where no target is learnt. No token has this number. */
export const noTarget = -100;

/** Room for blocks: count × length each. */
export interface Blocks {
  readonly count: number;
  readonly length: number;
  readonly x: Int32Array;
  readonly y: Int32Array;
}

const room = (count: number, length: number): Blocks => ({
  count,
  length,
  x: new Int32Array(count * length),
  y: new Int32Array(count * length),
});

/** For `fillNext`. */
export const roomForNext = (tokens: number, length: number): Blocks =>
  room(Math.ceil(Math.max(0, tokens - 1) / length), length);

/**
 * Each place learns the token after it: every token but the first is a target exactly once. The last block is filled up with `pad`. The
 * row may begin anywhere and go on at its front: `from` is the place of the first token, below the number of tokens.
 */
export function fillNext(tokens: Int32Array, { x, y }: Blocks, pad: number, from = 0): void {
  const pairs = tokens.length - 1;
  for (let i = 0, at = pairs > 0 ? from % pairs : 0; i < pairs; i++, at = at + 1 === pairs ? 0 : at + 1) {
    x[i] = tokens[at];
    y[i] = tokens[at + 1];
  }
  x.fill(pad, Math.max(0, pairs));
  y.fill(noTarget, Math.max(0, pairs));
}

/** What stands around each block, as a tokenizer puts it around a text: [CLS] … [SEP]. */
export interface Around {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/** For `fillMasked`. */
export function roomForMasked(tokens: number, length: number, { before, after }: Around): Blocks {
  return room(Math.ceil(tokens / Math.max(1, length - before.length - after.length)), length);
}

export interface Masking {
  readonly pad: number;
  readonly mask: number;
  /** Tokens that stand for a piece of a text: only they are hidden, and one of them may stand in their place. */
  readonly ordinary: Int32Array;
  readonly random: Random;
}

/** Of the tokens so many are hidden; of these so many by the mask, and by another token; the rest stay (Devlin et al. 2019). */
const hidden = 0.15;
const byMask = 0.8;
const byOther = 0.1;

/**
 * Blocks of which some tokens are hidden, and these are the targets. Every token stands in exactly one block, and every block that has an
 * ordinary one hides at least one. `from`: as in `fillNext`.
 */
export function fillMasked(tokens: Int32Array, blocks: Blocks, around: Around, masking: Masking, from = 0): void {
  const { count, length, x, y } = blocks;
  const { pad, ordinary } = masking;
  const { before, after } = around;
  const each = length - before.length - after.length;
  const able = new Set(ordinary);
  y.fill(noTarget);
  for (let block = 0; block < count; block++) {
    const row = x.subarray(block * length, (block + 1) * length);
    const inside = Math.min(each, tokens.length - block * each);
    row.set(before);
    for (let i = 0; i < inside; i++) row[before.length + i] = tokens[(from + block * each + i) % tokens.length];
    row.set(after, before.length + inside);
    row.fill(pad, before.length + inside + after.length);
    hide(row.subarray(before.length, before.length + inside), y, block * length + before.length, able, masking);
  }
}

function hide(
  row: Int32Array,
  y: Int32Array,
  start: number,
  able: ReadonlySet<number>,
  { mask, ordinary, random }: Masking,
): void {
  let any = false;
  const places: number[] = [];
  const hideAt = (i: number): void => {
    any = true;
    y[start + i] = row[i];
    const way = random.uniform();
    if (way < byMask) row[i] = mask;
    else if (way < byMask + byOther) row[i] = ordinary[random.below(ordinary.length)];
  };
  for (let i = 0; i < row.length; i++) {
    if (!able.has(row[i])) continue;
    places.push(i);
    if (random.uniform() < hidden) hideAt(i);
  }
  // A batch without a target would have no loss.
  if (!any && places.length > 0) hideAt(places[random.below(places.length)]);
}
