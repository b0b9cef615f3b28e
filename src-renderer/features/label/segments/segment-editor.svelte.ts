import type { Segment } from '../../../../src-main/shared/annotation.ts';
import type { ShownEdit, ShownMark } from '../marks.svelte.ts';
import type { MarkDesk } from '../spans/span-editor.svelte.ts';
import { showing, zoomed, type TimeView } from './time-view.ts';

export type SegmentMark = ShownMark & { shape: Omit<Segment, 'class'> };
const isSegment = (mark: ShownMark): mark is SegmentMark => mark.shape.type === 'segment';

export type Edge = 'start' | 'end';
/** No segment is shorter; and no time is told closer. */
const shortest = 0.001;
const rounded = (seconds: number): number => Math.round(seconds * 1e4) / 1e4;

/** Where one is in a recording and what is chosen there. Times are in seconds. */
export class SegmentEditor {
  readonly #desk: MarkDesk;
  #sample: number | null = null;
  #length = $state(0);
  #marks = $state.raw<readonly ShownMark[]>([]);
  #view = $state.raw<TimeView>({ from: 0, to: 1 });
  #playhead = $state(0);
  /** What is chosen of the recording, of which nothing is said yet. */
  #begun = $state<number | null>(null);
  #ended = $state<number | null>(null);
  #chosen = $state<number | null>(null);
  /** The segment made last, as long as nothing else was chosen since: the next one is begun without letting go of it. */
  #made: number | null = null;
  /** An edge that is being dragged. */
  #dragged = $state.raw<{ key: number; start: number; end: number } | null>(null);

  /** In the order in which they begin. */
  readonly all = $derived(
    this.#marks
      .filter(isSegment)
      .map((mark): SegmentMark =>
        this.#dragged?.key === mark.key
          ? { ...mark, shape: { ...mark.shape, start: this.#dragged.start, end: this.#dragged.end } }
          : mark,
      )
      .sort((a, b) => a.shape.start - b.shape.start || b.shape.end - a.shape.end || a.key - b.key),
  );
  readonly suggestions = $derived(this.all.filter(({ suggested }) => suggested).length);
  readonly chosen = $derived(this.all.find(({ key }) => key === this.#chosen));
  /** What a new segment would be; null where it has no end yet, or none after its beginning. */
  readonly choice = $derived.by(() => {
    const [start, end] = [this.#begun, this.#ended];
    return start !== null && end !== null && end - start >= shortest ? { start, end } : null;
  });

  constructor(desk: MarkDesk) {
    this.#desk = desk;
  }

  get length(): number {
    return this.#length;
  }
  get view(): TimeView {
    return this.#view;
  }
  get playhead(): number {
    return this.#playhead;
  }
  get begun(): number | null {
    return this.#begun;
  }

  /** What is in front. Another recording is shown whole. */
  use(sample: number, length: number, marks: readonly ShownMark[]): void {
    if (sample !== this.#sample || length !== this.#length) {
      this.#sample = sample;
      this.#length = length;
      this.#view = { from: 0, to: length };
      this.#playhead = 0;
      this.#clear();
      this.#chosen = null;
    }
    this.#marks = marks;
    if (!marks.some(({ key }) => key === this.#chosen)) this.#chosen = null;
  }

  moveTo(place: number): void {
    this.#playhead = rounded(Math.max(0, Math.min(this.#length, place)));
    this.#view = showing(this.#view, this.#playhead, this.#length);
  }
  /** As it plays. */
  follow(place: number): void {
    this.moveTo(place);
  }
  move(share: number): void {
    this.moveTo(this.#playhead + share * (this.#view.to - this.#view.from));
  }

  zoom(factor: number, about = this.#playhead): void {
    this.#view = zoomed(this.#view, about, factor, this.#length);
  }
  look(view: TimeView): void {
    this.#view = view;
  }
  fit(): void {
    this.#view = { from: 0, to: this.#length };
  }

  /**
   * The chosen segment begins or ends where one is; of none, the next one does. So it does, too, behind the one just made: the next may begin
   * anew or, where only its end is marked, where that one ends.
   */
  mark(edge: Edge): void {
    const mark = this.chosen;
    if (mark && mark.key === this.#made && (edge === 'start' || this.#playhead > mark.shape.end)) {
      this.leave();
      if (edge === 'end') this.#begun = mark.shape.end;
    } else if (mark) return this.place(edge, this.#playhead);
    if (edge === 'start') {
      this.#begun = this.#playhead;
      if (this.#ended !== null && this.#ended <= this.#begun) this.#ended = null;
    } else {
      this.#ended = this.#playhead;
      this.#begun ??= 0;
      if (this.#begun >= this.#ended) this.#begun = null;
    }
  }

  /** By the mouse: from one place to another. */
  select(from: number, to: number): void {
    this.#chosen = null;
    const [start, end] = [Math.min(from, to), Math.max(from, to)];
    this.#begun = rounded(Math.max(0, start));
    this.#ended = rounded(Math.min(this.#length, end));
  }

  /** An edge of the chosen segment is put there, as one edit. It stays before, or behind, the other. */
  place(edge: Edge, at: number): void {
    const mark = this.chosen;
    if (!mark) return;
    const shape = { ...mark.shape, ...this.#moved(mark, edge, at) };
    this.#desk.put([{ act: 'put', key: mark.key, class: mark.class, shape }]);
  }
  nudge(edge: Edge, by: 1 | -1): void {
    const mark = this.chosen;
    if (mark) this.place(edge, mark.shape[edge] + (by * (this.#view.to - this.#view.from)) / 200);
  }
  /** While the mouse holds an edge nothing is stored; see `drop`. */
  drag(key: number, edge: Edge, at: number): void {
    this.#chosen = key;
    const mark = this.chosen;
    if (mark) this.#dragged = { key, ...this.#moved(mark, edge, at) };
  }
  drop(): void {
    const mark = this.chosen;
    const dragged = this.#dragged;
    this.#dragged = null;
    if (!mark || dragged?.key !== mark.key) return;
    const { start, end } = dragged;
    this.#desk.put([{ act: 'put', key: mark.key, class: mark.class, shape: { ...mark.shape, start, end } }]);
  }

  choose(key: number | null): void {
    this.#chosen = key;
    this.#made = null;
    this.#clear();
    const mark = this.chosen;
    if (!mark) return;
    const { start, end } = mark.shape;
    this.moveTo(start);
    if (end > this.#view.to && end - start < this.#view.to - this.#view.from) {
      this.#view = showing(this.#view, end, this.#length);
    }
  }

  /** Goes through the segments in their order, round the end. */
  step(by: 1 | -1, fits: (mark: SegmentMark) => boolean = () => true): boolean {
    const { length } = this.all;
    const at = this.all.findIndex(({ key }) => key === this.#chosen);
    const behind = this.all.filter(({ shape }) => shape.start < this.#playhead).length;
    const from = at >= 0 ? at + by : by === 1 ? behind : behind - 1;
    for (let i = 0; i < length; i++) {
      const one = this.all[(((from + i * by) % length) + length) % length];
      if (!fits(one)) continue;
      this.choose(one.key);
      return true;
    }
    return false;
  }

  /** What a class key means: that of the chosen segment, or a new one of what is chosen of the recording. */
  name(id: number): void {
    const mark = this.chosen;
    const { choice } = this;
    if (mark) this.#desk.put([{ act: 'put', key: mark.key, class: id, shape: mark.shape }]);
    else if (choice) {
      const key = this.#desk.nextKey;
      this.#desk.put([{ act: 'put', class: id, shape: { type: 'segment', ...choice } }]);
      this.#clear();
      this.#chosen = this.#made = key;
    }
  }

  /** A chosen suggestion is taken, and the next one is chosen. False where there is none. */
  confirm(): boolean {
    const mark = this.chosen;
    if (!mark?.suggested) return this.step(1, ({ suggested }) => suggested);
    this.step(1, ({ suggested, key }) => suggested && key !== mark.key);
    this.#desk.put([{ act: 'accept', key: mark.key }]);
    return true;
  }

  remove(): boolean {
    const mark = this.chosen;
    if (!mark) return this.leave();
    if (!mark.suggested || !this.step(1, ({ suggested, key }) => suggested && key !== mark.key)) this.#chosen = null;
    this.#desk.put([{ act: 'remove', key: mark.key }]);
    return true;
  }

  settleSuggestions(act: 'accept' | 'remove'): void {
    const edits = this.all.filter(({ suggested }) => suggested).map(({ key }): ShownEdit => ({ act, key }));
    if (edits.length > 0) this.#desk.put(edits);
  }

  /** Whether there was anything chosen. */
  leave(): boolean {
    const was = this.#chosen !== null || this.#begun !== null || this.#ended !== null;
    this.#chosen = null;
    this.#clear();
    return was;
  }

  #moved({ shape }: SegmentMark, edge: Edge, at: number): { start: number; end: number } {
    const { start, end } = shape;
    return edge === 'start'
      ? { start: rounded(Math.max(0, Math.min(end - shortest, at))), end }
      : { start, end: rounded(Math.min(this.#length, Math.max(start + shortest, at))) };
  }

  #clear(): void {
    this.#begun = this.#ended = null;
  }
}
