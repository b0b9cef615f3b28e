import type { LabellingId } from '../../../src-main/shared/ids.ts';
import type { Mark, MarkEdit, MarkOutcome, MarkShape } from '../../../src-main/shared/marks.ts';

/** A mark as it is shown. */
export interface ShownMark {
  /** The same as long as it is shown: its number, or less than 0 for one that has not been given a number yet. */
  key: number;
  class: number;
  suggested: boolean;
  confidence: number | null;
  /** Of a suggestion: what made it, as the log names it. */
  by?: string;
  shape: MarkShape;
  /** Something of it is not on disk yet. */
  saving: boolean;
}

/** What is done to a shown mark; without a key a mark is a new one. A relation names its spans by their keys. */
export type ShownEdit =
  | { act: 'put'; key?: number; class: number; shape: MarkShape }
  | { act: 'remove'; key: number }
  | { act: 'accept'; key: number };

/** How marks are asked for and stored. */
export interface MarkCalls {
  marks(labelling: LabellingId, samples: number[]): Promise<Mark[]>;
  /** As one edit. Resolves once it is on disk, with what has become of each mark. */
  mark(labelling: LabellingId, samples: { sample: number; edits: MarkEdit[] }[]): Promise<readonly MarkOutcome[]>;
}

type KeyedEdit = ShownEdit & { key: number; fresh: boolean };

interface Held {
  /** As they are on disk, by number. */
  stored: Map<number, Mark>;
  /** What is on its way there, oldest first. */
  pending: KeyedEdit[][];
  /** Keys of marks that were put here first. */
  keys: Map<number, number>;
  numbers: Map<number, number>;
  shown: readonly ShownMark[];
  last: Promise<unknown>;
}

const kept = 32;
const mostAsked = 64;

/**
 * The marks of the samples in front. An edit shows at once, as being saved, until the answer says that it is on disk; one that is refused is taken
 * back alone. The edits of a sample go out one after another: the next may be of a mark that has no number yet.
 */
export class SampleMarks {
  readonly #calls: MarkCalls;
  #labelling: LabellingId | null = null;
  #held = $state.raw<ReadonlyMap<number, Held>>(new Map());
  readonly #asked = new Map<number, Promise<void>>();
  /** Samples whose marks somebody is at work on. */
  readonly #needed = new Set<number>();
  #turn = 0;
  #lastKey = 0;

  constructor(calls: MarkCalls) {
    this.#calls = calls;
  }

  /** Forgets the marks of another labelling. */
  use(labelling: LabellingId | null): void {
    if (labelling === this.#labelling) return;
    this.#labelling = labelling;
    this.#held = new Map();
    this.#asked.clear();
    this.#turn++;
  }

  /** Ordered as they were made; undefined until they are there. Marks that have not changed stay the same objects. */
  of(sample: number): readonly ShownMark[] | undefined {
    return this.#held.get(sample)?.shown;
  }

  /** The first is what is looked at: it does not wait for the others. */
  async want(samples: readonly number[]): Promise<void> {
    if (this.#labelling === null) return;
    const lacking = samples.filter((sample) => !this.#held.has(sample) && !this.#asked.has(sample));
    const first = lacking[0] === samples[0] ? lacking.splice(0, 1) : [];
    for (const some of [first, lacking.slice(0, mostAsked)]) {
      const loaded = this.#load(some);
      for (const sample of some) this.#asked.set(sample, loaded);
    }
    await Promise.all(samples.map((sample) => this.#asked.get(sample)));
  }

  /** The marks of all of these are there while it is done, however many they are. */
  async during<T>(samples: readonly number[], act: () => Promise<T>): Promise<T> {
    for (const sample of samples) this.#needed.add(sample);
    try {
      for (let at = 0; at < samples.length; at += mostAsked) await this.want(samples.slice(at, at + mostAsked));
      return await act();
    } finally {
      for (const sample of samples) this.#needed.delete(sample);
    }
  }

  /** Does it to the marks of a sample, as one edit; the keys of what was put. Rejects where it is refused: then it is as it was. */
  edit(sample: number, edits: readonly ShownEdit[]): Promise<number[]> {
    return this.editAll(new Map([[sample, edits]]));
  }

  /** The same of several samples, all as one edit; of those whose marks are not there nothing is changed. */
  async editAll(given: ReadonlyMap<number, readonly ShownEdit[]>): Promise<number[]> {
    const labelling = this.#labelling;
    const parts = [...given].flatMap(([sample, edits]) => {
      const held = this.#held.get(sample);
      return held && edits.length > 0 ? [{ sample, held, keyed: edits.map((edit) => this.#keyed(edit)) }] : [];
    });
    if (labelling === null || parts.length === 0) return [];
    const change = (how: (part: (typeof parts)[number]) => readonly number[] | void): void => {
      for (const part of parts) {
        const keys = part.keyed.map(({ key }) => key);
        this.#change(part.sample, part.held, keys, () => how(part));
      }
    };
    change(({ held, keyed }) => void held.pending.push(keyed));
    const before = parts.map(({ held }) => held.last);
    const answer = (async () => {
      await Promise.allSettled(before);
      let outcome: readonly MarkOutcome[] = [];
      try {
        outcome = await this.#calls.mark(
          labelling,
          parts.map(({ sample, held, keyed }) => ({ sample, edits: keyed.map((edit) => numbered(held, edit)) })),
        );
      } finally {
        change(({ sample, held, keyed }) => {
          held.pending.splice(held.pending.indexOf(keyed), 1);
          name(held, keyed, outcome, sample);
          return store(held, sample, outcome);
        });
      }
    })();
    for (const { held } of parts) held.last = answer;
    await answer;
    return parts.flatMap(({ keyed }) => keyed.flatMap(({ act, key }) => (act === 'put' ? [key] : [])));
  }

  #keyed(edit: ShownEdit): KeyedEdit {
    return { ...edit, key: edit.key ?? --this.#lastKey, fresh: edit.key === undefined };
  }

  /** The key that the next new mark will have. */
  get nextKey(): number {
    return this.#lastKey - 1;
  }

  /** All that was asked for is answered. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#held.values()].map(({ last }) => last));
  }

  /** What another act has changed, as undo does. */
  take(outcomes: readonly MarkOutcome[]): void {
    for (const sample of new Set(outcomes.map((one) => one.sample))) {
      const held = this.#held.get(sample);
      if (!held) continue;
      this.#change(sample, held, [], () => store(held, sample, outcomes));
    }
  }

  /** They are read anew when they are wanted again, as after a job that has changed many. */
  forget(samples: Iterable<number>): void {
    const next = new Map(this.#held);
    for (const sample of samples) if (next.get(sample)?.pending.length === 0) next.delete(sample);
    this.#held = next;
  }

  async #load(samples: number[]): Promise<void> {
    const labelling = this.#labelling;
    if (samples.length === 0 || labelling === null) return;
    const turn = this.#turn;
    try {
      const marks = await this.#calls.marks(labelling, samples);
      if (turn !== this.#turn) return;
      const next = new Map(this.#held);
      for (const sample of samples) next.set(sample, heldOf([]));
      for (const mark of marks) next.get(mark.sample)?.stored.set(mark.number, mark);
      for (const sample of samples) next.get(sample)!.shown = shownOf(next.get(sample)!);
      for (const [old, { pending }] of next) {
        if (next.size > kept && pending.length === 0 && !this.#needed.has(old)) next.delete(old);
      }
      this.#held = next;
    } finally {
      if (turn === this.#turn) for (const sample of samples) this.#asked.delete(sample);
    }
  }

  /** `act` gives the keys that it has changed besides. */
  #change(sample: number, held: Held, keys: readonly number[], act: () => readonly number[] | void): void {
    changing(held, keys, () => act() ?? []);
    if (this.#held.get(sample) === held) this.#held = new Map(this.#held).set(sample, held);
  }
}

const heldOf = (marks: readonly Mark[]): Held => ({
  stored: new Map(marks.map((mark) => [mark.number, mark])),
  pending: [],
  keys: new Map(),
  numbers: new Map(),
  shown: [],
  last: Promise.resolve(),
});

/** All marks as they stand, in their order. */
function shownOf(held: Held): ShownMark[] {
  const numbers = [...held.stored.keys()].sort((a, b) => a - b);
  return numbers.map((number) => nowOf(held, held.keys.get(number) ?? number, [])!);
}

/**
 * Does something to these marks and shows them as they are then: each is taken out of its place and put where it belongs, all others are not looked
 * at. An edit of one among thousands costs what it is, whatever lies beside it.
 */
function changing(held: Held, keys: readonly number[], act: () => readonly number[]): void {
  const shown = held.shown.slice();
  const before = new Map<number, ShownMark>();
  const out = (key: number): void => {
    const at = placeOf(held, shown, key);
    if (shown[at]?.key === key) before.set(key, shown.splice(at, 1)[0]);
  };
  keys.forEach(out);
  const all = new Set([...keys, ...act()]);
  for (const key of all) if (!before.has(key)) out(key);
  const edits = new Map<number, KeyedEdit[]>();
  for (const edit of held.pending.flat())
    if (all.has(edit.key)) edits.set(edit.key, [...(edits.get(edit.key) ?? []), edit]);
  for (const key of all) {
    const now = nowOf(held, key, edits.get(key) ?? []);
    const old = before.get(key);
    if (now) shown.splice(placeOf(held, shown, key), 0, old && same(old, now) ? old : now);
  }
  held.shown = shown;
}

/** What is on disk, and over it what is on its way; null where there is none. */
function nowOf(held: Held, key: number, edits: readonly KeyedEdit[]): ShownMark | null {
  const stored = held.stored.get(held.numbers.get(key) ?? key);
  let now: ShownMark | null = null;
  if (stored) {
    const { class: its, suggested, confidence, by } = stored;
    now = {
      key,
      class: its,
      suggested,
      confidence,
      ...(by && { by }),
      shape: keyed(held, stored.shape),
      saving: false,
    };
  }
  for (const edit of edits) {
    if (edit.act === 'remove') now = null;
    else if (edit.act === 'accept') now = now && { ...now, suggested: false, confidence: null, saving: true };
    else if (now || edit.fresh)
      now = { key, class: edit.class, suggested: false, confidence: null, shape: edit.shape, saving: true };
  }
  return now;
}

/** By their numbers, and behind those the ones without, as they were put. */
const rank = (held: Held, key: number): number => held.numbers.get(key) ?? (key > 0 ? key : 2 ** 48 - key);

/** Where a mark stands, or would. */
function placeOf(held: Held, shown: readonly ShownMark[], key: number): number {
  const wanted = rank(held, key);
  let [from, to] = [0, shown.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rank(held, shown[middle].key) < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
}

const same = (a: ShownMark, b: ShownMark): boolean =>
  a.shape === b.shape &&
  a.class === b.class &&
  a.suggested === b.suggested &&
  a.confidence === b.confidence &&
  a.saving === b.saving;

/** A relation on disk names its spans by their numbers; those that were put here go by their keys. */
function keyed(held: Held, shape: MarkShape): MarkShape {
  if (shape.type !== 'relation') return shape;
  const [from, to] = [shape.from, shape.to].map((number) => held.keys.get(number) ?? number);
  return from === shape.from && to === shape.to ? shape : { ...shape, from, to };
}

/** With the numbers that the marks have been given meanwhile. */
function numbered(held: Held, edit: KeyedEdit): MarkEdit {
  const numberOf = (key: number): number => held.numbers.get(key) ?? key;
  if (edit.act !== 'put') return { act: edit.act, number: numberOf(edit.key) };
  const { class: its, shape } = edit;
  const said: MarkShape =
    shape.type === 'relation' ? { ...shape, from: numberOf(shape.from), to: numberOf(shape.to) } : shape;
  return { act: 'put', ...(edit.fresh ? {} : { number: numberOf(edit.key) }), class: its, shape: said };
}

/** New marks are numbered in the order in which they were put. */
function name(held: Held, edits: readonly KeyedEdit[], outcome: readonly MarkOutcome[], sample: number): void {
  const fresh = edits.filter((edit) => edit.act === 'put' && edit.fresh);
  const numbers = outcome
    .filter((one) => one.sample === sample && one.mark && !held.stored.has(one.number))
    .map((one) => one.number)
    .sort((a, b) => a - b);
  fresh.slice(0, numbers.length).forEach(({ key }, i) => {
    held.keys.set(numbers[i], key);
    held.numbers.set(key, numbers[i]);
  });
}

/** The keys of what it has changed. */
function store(held: Held, sample: number, outcomes: readonly MarkOutcome[]): number[] {
  const own = outcomes.filter((one) => one.sample === sample);
  for (const { number, mark } of own) {
    if (mark) held.stored.set(number, mark);
    else held.stored.delete(number);
  }
  return own.map(({ number }) => held.keys.get(number) ?? number);
}
