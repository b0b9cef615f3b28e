import type { LabelClass } from '../../../src-main/shared/labels.ts';
import type { StageAct } from './stage-hand.ts';

/** What is done by a key while labelling, besides naming classes, with the key it has from the first. */
const usualKeys = {
  next: 'right',
  back: 'left',
  confirm: 'enter',
  accept: 'a',
  reject: 'r',
  skip: 's',
  unsure: 'u',
  review: 'v',
  clear: 'backspace',
  note: 'n',
  undo: 'mod+z',
  redo: 'mod+shift+z',
  undoSample: 'alt+z',
  redoSample: 'alt+shift+z',
  grid: 'g',
  make: '+',
  editClass: 'f2',
} as const;
export type LabelAct = keyof typeof usualKeys;
export const labelActs = Object.keys(usualKeys) as LabelAct[];

/** Keys that a person has given: by act, and by class as `class:<id>`. */
export type Bound = Readonly<Record<string, string>>;

/** The slot of what only the stage of one kind does: its key is its own. */
export const stageSlot = (act: string): string => `stage:${act}`;
export const stageKey = (bound: Bound, { id, key }: Pick<StageAct, 'id' | 'key'>): string =>
  bound[stageSlot(id)] ?? key;

export const boundAct = (bound: Bound, act: LabelAct): string => bound[act] ?? usualKeys[act];
export const classSlot = (id: number): string => `class:${id}`;
const isClassSlot = (slot: string): boolean => slot.startsWith('class:');

/** Signs for classes in turn: the number row, then letters. */
const signs = [...'1234567890qwertyuiopasdfghjklzxcvbnm'];

/**
 * A key for each class, in their order: its own where a person gave it one, else the next sign that is free; none once all are used up. `others`:
 * keys that mean something else besides.
 */
export function classKeys(
  classes: readonly LabelClass[],
  bound: Bound,
  others: readonly string[] = [],
): Map<number, string> {
  const taken = new Set([
    ...others,
    ...labelActs.map((act) => boundAct(bound, act)),
    ...classes.map(({ id }) => bound[classSlot(id)]),
  ]);
  const free = signs.filter((sign) => !taken.has(sign));
  const keys = new Map<number, string>();
  for (const { id } of classes) {
    const key = bound[classSlot(id)] ?? free.shift();
    if (key !== undefined) keys.set(id, key);
  }
  return keys;
}

/** Who has that key, but for one slot. */
export const slotOf = (key: string, now: ReadonlyMap<string, string>, but: string): string | undefined =>
  [...now].find(([name, its]) => its === key && name !== but)?.[0];

/** With this key for that slot (an act, or a class); who had it gets what the slot had. Where that was nothing, a class gets the next free sign and an act has none (''). */
export function rebound(bound: Bound, slot: string, key: string, now: ReadonlyMap<string, string>): Bound {
  const other = slotOf(key, now, slot);
  const next: Record<string, string> = { ...bound, [slot]: key };
  if (other === undefined) return next;
  const before = now.get(slot);
  if (before) next[other] = before;
  else if (isClassSlot(other)) delete next[other];
  else next[other] = '';
  return next;
}

/** As stored; what is no such table of keys is none. */
export function readBound(text: string): Bound {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return {};
    return Object.fromEntries(
      Object.entries(found).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    );
  } catch {
    return {};
  }
}
