import type { MarkShape } from '../../../../src-main/shared/marks.ts';
import type { ShownEdit, ShownMark } from '../marks.svelte.ts';
import { Relations, type RelationMark } from './relations.ts';
import { SpanIndex, type SpanMark } from './span-index.ts';
import { linesOf } from './text-lines.ts';
import { TextMoves, type Stretch, type Tokens } from './text-moves.ts';

/** Where edits go: they show at once, and what goes wrong is said elsewhere. */
export interface MarkDesk {
  put(edits: ShownEdit[]): void;
  /** What the next new mark will be called. */
  readonly nextKey: number;
}

/** Where one is in a text and what is chosen there; what is done by a key or by the mouse becomes an edit here. */
export class SpanEditor {
  readonly #desk: MarkDesk;
  #text = $state.raw('');
  #tokens = $state.raw<Tokens | null>(null);
  #marks = $state.raw<readonly ShownMark[]>([]);
  #sample: number | null = null;
  #caret = $state(0);
  #anchor = $state(0);
  #chosen = $state<number | null>(null);
  /** The chosen span's bounds are being changed. */
  #changing = $state(false);
  /** A relation begins at this span, and the other one is being looked for. */
  #relating = $state<number | null>(null);
  /** Choices are whole words, or tokens. */
  snap = $state(true);

  readonly lines = $derived(linesOf(this.#text));
  readonly moves = $derived(new TextMoves(this.#text, this.lines, this.#tokens));
  readonly index = $derived(new SpanIndex(this.#marks));
  readonly relations = $derived(new Relations(this.#marks));
  readonly suggestions = $derived(this.#marks.filter(({ suggested }) => suggested).length);

  constructor(desk: MarkDesk) {
    this.#desk = desk;
  }

  /** What is in front. Another sample begins at its beginning; other marks of the same one leave the caret where it is. */
  use(sample: number, text: string, marks: readonly ShownMark[], tokens: Tokens | null): void {
    const another = sample !== this.#sample || text !== this.#text;
    if (another) {
      this.#sample = sample;
      this.#text = text;
      this.#tokens = tokens;
      this.#caret = this.#anchor = 0;
      this.#relating = null;
    }
    this.#marks = marks;
    if (another || (this.#chosen !== null && !marks.some(({ key }) => key === this.#chosen))) this.#release();
    if (this.#relating !== null && !marks.some(({ key }) => key === this.#relating)) this.#relating = null;
  }

  get text(): string {
    return this.#text;
  }
  get caret(): number {
    return this.#caret;
  }
  /** What of the text is chosen; empty where only the caret stands. */
  get choice(): Stretch {
    return { start: Math.min(this.#caret, this.#anchor), end: Math.max(this.#caret, this.#anchor) };
  }
  get chosen(): SpanMark | undefined {
    return this.#chosen === null ? undefined : this.index.byKey(this.#chosen);
  }
  get chosenRelation(): RelationMark | undefined {
    return this.#chosen === null ? undefined : this.relations.byKey(this.#chosen);
  }
  get relating(): SpanMark | undefined {
    return this.#relating === null ? undefined : this.index.byKey(this.#relating);
  }

  moveTo(place: number, extend = false): void {
    this.#caret = Math.max(0, Math.min(this.#text.length, place));
    if (extend) {
      this.#changing = this.chosen !== undefined;
      return;
    }
    this.#anchor = this.#caret;
    this.#release();
  }

  move(by: 'sign' | 'word', direction: 1 | -1, extend = false): void {
    const { start, end } = this.choice;
    // As in every text: what was chosen is left at its end.
    if (!extend && by === 'sign' && start < end) return this.moveTo(direction === 1 ? end : start);
    this.moveTo(
      by === 'sign' ? this.moves.sign(this.#caret, direction) : this.moves.word(this.#caret, direction),
      extend,
    );
  }

  select({ start, end }: Stretch): void {
    this.#release();
    this.#anchor = start;
    this.#caret = end;
  }

  /** The mouse has let go: what it chose is widened to whole words where that is wished. */
  settle(): void {
    const { start, end } = this.choice;
    if (start === end || !this.snap || this.#changing) return;
    this.select(this.moves.snapped({ start, end }));
  }

  choose(key: number | null): void {
    this.#chosen = key;
    this.#changing = false;
    const span = this.chosen;
    if (!span) return;
    this.#anchor = span.shape.start;
    this.#caret = span.shape.end;
  }

  /** The innermost span at a character; where that was chosen before, the next one around it. */
  chooseAt(place: number, before: number | null = this.#chosen): boolean {
    const here = this.index.touching(place, place + 1).reverse();
    const at = here.findIndex(({ key }) => key === before);
    const found = here[(at + 1) % here.length];
    if (found) this.choose(found.key);
    return found !== undefined;
  }

  /** Goes through the spans in reading order, from the chosen one or the caret. */
  step(by: 1 | -1, fits?: (mark: SpanMark) => boolean): SpanMark | undefined {
    const { all } = this.index;
    const at = this.#chosen === null ? -1 : this.index.place(this.#chosen);
    let found: SpanMark | undefined;
    if (at < 0) found = this.index.nextFrom(this.choice.start, by, fits);
    else {
      for (let i = 1; i <= all.length && !found; i++) {
        const one = all[(((at + i * by) % all.length) + all.length) % all.length];
        if (!fits || fits(one)) found = one;
      }
    }
    if (found) this.choose(found.key);
    return found;
  }

  /** Leaves what was begun: a relation, then what is chosen. Whether there was anything. */
  leave(): boolean {
    if (this.#relating !== null) {
      this.#relating = null;
      return true;
    }
    const { start, end } = this.choice;
    if (this.#chosen === null && start === end) return false;
    this.moveTo(this.#caret);
    return true;
  }

  /** What a class key means: a relation's class, the chosen mark's, or that of what is chosen in the text: the word at the caret at least. */
  name(id: number): void {
    const to = this.chosen;
    const from = this.relating;
    const relation = this.chosenRelation;
    if (from) {
      if (to && to.key !== from.key) this.#relate(from, to, id);
    } else if (relation) this.#desk.put([{ act: 'put', key: relation.key, class: id, shape: relation.shape }]);
    else if (to) this.#change(to, id);
    else this.#make(id);
  }

  /** The relation that one begins at the chosen span; a second time: none. */
  relate(): void {
    this.#relating = this.#relating === null ? (this.chosen?.key ?? null) : null;
  }

  /**
   * New bounds of the chosen span are put to it; a chosen suggestion is taken for a label, and the next one is chosen. False where there is no
   * such thing: then the sample itself is meant.
   */
  confirm(): boolean {
    const mark = this.chosen;
    if (mark && this.#changing) this.#change(mark, mark.class);
    else if (mark?.suggested) this.#take(mark);
    else return this.step(1, ({ suggested }) => suggested) !== undefined;
    return true;
  }

  /** The chosen span with its relations, or the chosen relation. Of a suggestion one goes on to the next. */
  remove(): boolean {
    const key = this.#chosen;
    if (key === null) return false;
    const suggested = this.chosen?.suggested ?? false;
    const edits = [...this.relations.of(key).map((one) => one.key), key].map(
      (key) => ({ act: 'remove', key }) as const,
    );
    if (!suggested || !this.#toNextSuggestion()) this.moveTo(this.#caret);
    this.#desk.put(edits);
    return true;
  }

  /** All suggestions of the text, as one edit. */
  settleSuggestions(act: 'accept' | 'remove'): void {
    const suggested = this.#marks.filter((mark) => mark.suggested);
    // A suggested relation holds only between spans that are there.
    const rest = act === 'remove' ? this.#relationsOf(suggested) : [];
    const edits = [...new Set([...rest, ...suggested])].map(({ key }): ShownEdit => ({ act, key }));
    if (edits.length > 0) this.#desk.put(edits);
  }

  #relationsOf(marks: readonly ShownMark[]): RelationMark[] {
    return marks.flatMap(({ key }) => this.relations.of(key));
  }

  #make(id: number): void {
    const { start, end } = this.#wished();
    if (start >= end) return;
    const there = this.index
      .touching(start, end)
      .find((one) => one.shape.start === start && one.shape.end === end && one.class === id);
    if (there?.suggested) this.#take(there);
    else if (there) this.choose(there.key);
    else this.#putNew(id, { type: 'span', start, end });
  }

  #change(mark: SpanMark, id: number): void {
    const shape = this.#changing ? { ...mark.shape, ...this.#wished() } : mark.shape;
    this.#changing = false;
    if (shape.start < shape.end) this.#desk.put([{ act: 'put', key: mark.key, class: id, shape }]);
  }

  /** A relation of this class between the two, once. */
  #relate(from: SpanMark, to: SpanMark, id: number): void {
    this.#relating = null;
    const there = this.relations.between(from.key, to.key).find((one) => one.class === id);
    if (there) this.choose(there.key);
    else this.#putNew(id, { type: 'relation', from: from.key, to: to.key });
  }

  /** It is chosen: another class key changes its mind. */
  #putNew(id: number, shape: MarkShape): void {
    const key = this.#desk.nextKey;
    this.#desk.put([{ act: 'put', class: id, shape }]);
    this.#chosen = key;
  }

  #take(mark: SpanMark): void {
    this.choose(mark.key);
    this.#toNextSuggestion();
    this.#desk.put([{ act: 'accept', key: mark.key }]);
  }

  #toNextSuggestion(): boolean {
    const from = this.#chosen;
    return this.step(1, ({ suggested, key }) => suggested && key !== from) !== undefined;
  }

  /** What is marked: the choice, or the word at the caret; whole words where that is wished. */
  #wished(): Stretch {
    const { start, end } = this.choice;
    if (start === end) return this.moves.at(start) ?? { start, end };
    return this.snap ? this.moves.snapped({ start, end }) : { start, end };
  }

  #release(): void {
    this.#chosen = null;
    this.#changing = false;
  }
}
