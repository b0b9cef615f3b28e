import type { AnnotationFlag, Box } from '../../../../src-main/shared/annotation.ts';
import { studio, type Studio } from '../../../bridge/studio.ts';
import { label as labelPlace, type LabelPlace } from '../label.svelte.ts';
import type { ShownEdit, ShownMark } from '../marks.svelte.ts';
import { models as modelFiles, type Models } from '../models.svelte.ts';
import { answered, type ClickDraft } from './clicks.ts';
import { ObjectEditor, type Held, type Tool } from './editor.ts';
import type { Point, Size } from './geometry.ts';
import { KeyPointer } from './key-pointer.ts';
import { Pictures, type Picture } from './pictures.svelte.ts';
import { SampleScene } from './sample-scene.ts';
import { copyOf, isBetween, ofTrack, shapeBetween, trackOf, withTrack } from './sequence.ts';
import { boundsOfShape, moved, problemsOf, type ObjectShape } from './shapes.ts';
import { fitted, kept, shownBox, toCanvas, toImage, zoomed, type View } from './view.ts';

/** In pixels of the page: how near the pointer must come to a thing. */
export const reachOnPage = 7;
const marginOnPage = 24;
/** A thing is looked for in so many images before and after. */
const mostBetween = 512;
const block = 16;

interface Copied {
  class: number;
  shape: ObjectShape;
}

/** The image in front with its shapes: what is seen of it, what is selected, and what is done to it. */
export class ObjectPlace {
  readonly #label: LabelPlace;
  readonly #studio: Studio;
  readonly #models: Models;
  readonly pictures: Pictures;
  readonly editor: ObjectEditor;
  readonly #pointer: KeyPointer;
  #scene = $state.raw(new SampleScene({ width: 1, height: 1 }, () => null));
  /** The editor's state is plain: this goes up with each change of it. */
  #tick = $state(0);
  #last = '';
  /** Goes up with each change of the marks. */
  #taken = $state(0);
  #sample = $state<number | null>(null);
  #view = $state.raw<View>({ scale: 1, left: 0, top: 0 });
  #canvas: Size = { width: 1, height: 1 };
  ratio = 1;
  /** By sample, as long as the window is open. */
  readonly #kept = new Map<number, SampleScene>();
  #copied = $state.raw<readonly Copied[]>([]);
  #fits = true;
  cross = $state(true);
  /** Where something looks different; null: everywhere. */
  onchange: (boxes: readonly Box[] | null) => void = () => {};
  /** What lies over the image is to be drawn. */
  onpointed: () => void = () => {};
  onfailure: (error: unknown) => void = () => {};

  constructor(place: LabelPlace = labelPlace, through: Studio = studio, models: Models = modelFiles) {
    this.#label = place;
    this.#studio = through;
    this.#models = models;
    this.pictures = new Pictures(through);
    this.editor = new ObjectEditor(this.#scene, (edits) => void this.say(edits));
    this.#pointer = new KeyPointer(this.editor);
    this.editor.onclicks = (draft) => void this.#findMask(draft);
  }

  get sample(): number | null {
    return this.#sample;
  }
  get picture(): Picture | undefined {
    return this.#sample === null ? undefined : this.pictures.of(this.#sample);
  }
  get scene(): SampleScene {
    void this.#tick;
    return this.#scene;
  }
  get view(): View {
    return this.#view;
  }
  get tool(): Tool {
    void this.#tick;
    return this.editor.tool;
  }
  get selected(): ReadonlySet<number> {
    void this.#tick;
    return this.editor.selected;
  }
  get state(): ObjectEditor {
    void this.#tick;
    return this.editor;
  }
  /** Where keys have their pointer; null where there is none. */
  get pointer(): Point | null {
    void this.#tick;
    return this.#pointer.at;
  }
  get copied(): number {
    return this.#copied.length;
  }
  readonly problems: ReadonlyMap<number, AnnotationFlag[]> = $derived.by(() => {
    void this.#taken;
    return this.#sample === null ? new Map() : problemsOf(this.#scene.list, this.#scene.size);
  });

  /** Something of the editor has changed; who shows it is told where it is more than what moves with the pointer. */
  touch(): void {
    this.#lift();
    this.onpointed();
    const { tool, selected, grip, draft, radius, snaps, pressed } = this.editor;
    const clicks = draft?.kind === 'clicks' ? `${draft.state} ${draft.clicks.length}` : '';
    const now = [
      tool,
      ...selected,
      JSON.stringify(grip),
      draft?.kind,
      clicks,
      radius,
      snaps,
      pressed,
      this.#pointer.at,
    ].join(' ');
    if (now !== this.#last) this.#tick++;
    this.#last = now;
  }

  /** Another image is in front. `points`: how many keypoints a class has. */
  look(sample: number, size: Size, points: (its: number) => number | null): void {
    if (this.#sample === sample && this.#scene.size.width === size.width && this.#scene.size.height === size.height)
      return;
    if (this.editor.busy) this.editor.finish();
    this.editor.draft = null;
    let scene = this.#kept.get(sample);
    if (!scene || scene.size.width !== size.width || scene.size.height !== size.height) {
      scene = new SampleScene(size, points);
      this.#kept.set(sample, scene);
    }
    this.#sample = sample;
    this.#scene = scene;
    scene.lifted = new Set();
    this.editor.scene = scene;
    this.editor.select([]);
    this.fit();
    if (this.#pointer.shown) this.#pointer.show(this.seen);
    this.onchange(null);
    this.#taken++;
    this.#tick++;
    this.touch();
  }

  /** The marks as they are now. */
  take(marks: readonly ShownMark[]): void {
    const changed = this.#scene.update(marks);
    this.#scene.pen = this.#label.pen;
    const there = [...this.editor.selected].filter((key) => this.#scene.mark(key));
    if (there.length !== this.editor.selected.size) this.editor.select(there);
    if (changed.length > 0) this.onchange(changed.length > 200 ? null : changed);
    this.#taken++;
    this.#tick++;
    this.touch();
  }

  resize(canvas: Size, ratio: number): void {
    const before = this.#canvas;
    this.#canvas = canvas;
    this.ratio = ratio;
    if (this.#fits) this.fit();
    else {
      const [dx, dy] = [(canvas.width - before.width) / 2, (canvas.height - before.height) / 2];
      this.see({ ...this.#view, left: this.#view.left + dx, top: this.#view.top + dy });
    }
  }

  get canvas(): Size {
    return this.#canvas;
  }
  get reach(): number {
    return (reachOnPage * this.ratio) / this.#view.scale;
  }

  /** Whole pixels of the canvas: what was painted for it is moved, not painted anew. */
  see(view: View): void {
    this.#fits = false;
    const { scale, left, top } = kept(view, this.#scene.size, this.#canvas);
    this.#view = { scale, left: Math.round(left), top: Math.round(top) };
  }
  fit(): void {
    this.see(fitted(this.#scene.size, this.#canvas, marginOnPage * this.ratio));
    this.#fits = true;
  }
  /** One pixel of the image to one of the screen. */
  actual(): void {
    const middle: Point = [this.#canvas.width / 2, this.#canvas.height / 2];
    this.see(zoomed(this.#view, 1 / this.#view.scale, middle));
  }
  /** At the pointer of keys, where there is one and no other place is told. */
  zoom(by: number, at?: Point): void {
    const { width, height } = this.#canvas;
    const place =
      at ?? (this.#pointer.at ? toCanvas(this.#view, this.#pointer.at) : ([width / 2, height / 2] as const));
    this.see(zoomed(this.#view, by, place));
  }
  pan(dx: number, dy: number): void {
    this.see({ ...this.#view, left: this.#view.left + dx, top: this.#view.top + dy });
  }
  toImage(point: Point): Point {
    return toImage(this.#view, point);
  }
  /** The part of the image that is seen. */
  get seen(): Box {
    const [x, y, width, height] = shownBox(this.#view, this.#canvas);
    const { size } = this.#scene;
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    return [left, top, Math.min(size.width, x + width) - left, Math.min(size.height, y + height) - top];
  }
  /** Brings a shape into sight. */
  show(key: number): void {
    const mark = this.#scene.mark(key);
    if (!mark) return;
    const [x, y, width, height] = boundsOfShape(mark.shape);
    const [sx, sy, across, down] = this.seen;
    const { scale } = this.#view;
    if (x + width >= sx && y + height >= sy && x <= sx + across && y <= sy + down) return;
    const [left, top] = [
      this.#canvas.width / 2 - (x + width / 2) * scale,
      this.#canvas.height / 2 - (y + height / 2) * scale,
    ];
    this.see({ scale, left, top });
  }

  /** Stores it; a new shape that keys or a brush have made is selected. */
  async say(edits: ShownEdit[], keep = this.editor.tool === 'brush'): Promise<void> {
    const sample = this.#sample;
    if (sample === null || edits.length === 0) return;
    const fresh = edits.filter((edit) => edit.act === 'put' && edit.key === undefined).length;
    const first = this.#label.marks.nextKey;
    const done = this.#label.mark(sample, edits);
    const marks = this.#label.marks.of(sample);
    if (marks) this.take(marks);
    if (keep && fresh > 0) this.editor.selected = new Set(Array.from({ length: fresh }, (_, i) => first - i));
    this.touch();
    try {
      await done;
    } catch (error) {
      this.onfailure(error);
    }
  }

  /** Takes the tool that makes masks of clicks; asks for its models where there are none yet. */
  async chooseClick(): Promise<void> {
    if (!this.#models.pair && !(await this.#models.choosePair())) return;
    this.editor.choose('click');
    this.touch();
  }

  /** What the clicks mean, unless there are other ones by then. */
  async #findMask(draft: ClickDraft): Promise<void> {
    const version = this.#label.detail?.version.id;
    const [sample, pair] = [this.#sample, this.#models.pair];
    if (!version || sample === null || !pair) return;
    try {
      const clicks = draft.clicks.map(([x, y, inside]): [number, number, boolean] => [x, y, inside]);
      const found = await this.#studio.call('labels.clickMask', { version, sample, file: pair.file, clicks });
      if (this.editor.draft !== draft) return;
      this.editor.draft = answered(draft, found);
    } catch (error) {
      if (this.editor.draft === draft) this.editor.draft = null;
      this.onfailure(error);
    }
    this.touch();
  }

  /** Brings the pointer that keys move, or takes it away. */
  point(on = !this.#pointer.shown): void {
    if (on) this.#pointer.show(this.seen);
    else this.#pointer.hide();
  }
  /** By shares of what is seen, or pixels of the image; what it leaves is brought into sight. */
  movePointer(x: number, y: number, by: 'pixels' | 'shares'): void {
    const [, , across, down] = this.seen;
    const unit = by === 'pixels' ? 1 : Math.max(1, Math.min(across, down));
    this.#pointer.move(x * unit, y * unit, this.reach);
    if (!this.#pointer.at) return;
    const edge = marginOnPage * this.ratio - 1;
    const { width, height } = this.#canvas;
    const [left, top] = toCanvas(this.#view, this.#pointer.at);
    const off = (at: number, room: number) => Math.max(0, edge - at) - Math.max(0, at + edge - room);
    if (off(left, width) !== 0 || off(top, height) !== 0) this.pan(off(left, width), off(top, height));
  }
  pressPointer(held: Held = {}): void {
    this.#pointer.press(this.reach, held);
  }

  insert(): void {
    const before = this.#label.marks.nextKey;
    this.editor.insert(this.seen);
    if (this.#scene.mark(before)) this.editor.selected = new Set([before]);
    this.touch();
  }

  /** To the next shape or the one before; whether there was one. */
  go(by: 1 | -1): boolean {
    const keys = [...this.editor.selected];
    const next = this.#scene.beside(by === 1 ? (keys.at(-1) ?? null) : (keys[0] ?? null), by);
    if (next === null) return false;
    this.editor.select([next]);
    this.show(next);
    this.touch();
    return true;
  }

  /** Of what is selected: hidden where all of it is shown. */
  hide(keys: readonly number[]): void {
    const { hidden } = this.#scene;
    const all = keys.every((key) => hidden.has(key));
    for (const key of keys)
      if (all) hidden.delete(key);
      else hidden.add(key);
    this.onchange(keys.length > 200 ? null : keys.map((key) => this.#scene.index.boxOf(key)!));
    this.#tick++;
    this.touch();
  }
  hideAll(): void {
    this.#scene.allHidden = !this.#scene.allHidden;
    this.onchange(null);
    this.#tick++;
    this.touch();
  }
  lock(keys: readonly number[]): void {
    const { locked } = this.#scene;
    const all = keys.every((key) => locked.has(key));
    for (const key of keys)
      if (all) locked.delete(key);
      else locked.add(key);
    this.#tick++;
    this.touch();
  }

  /** Suggestions that are selected, or all of them where none is. */
  get suggestions(): number[] {
    const all = this.scene.list.filter((mark) => mark.suggested).map(({ key }) => key);
    const chosen = all.filter((key) => this.selected.has(key));
    return chosen.length > 0 ? chosen : all;
  }
  settleSuggestions(act: 'accept' | 'remove'): void {
    this.editor.settle();
    void this.say(this.suggestions.map((key) => ({ act, key })));
  }

  /** A class was named: it is that of what is selected, and of what comes next. */
  name(its: number): void {
    this.#label.pen = its;
    this.#scene.pen = its;
    this.editor.name(its);
    this.touch();
  }

  copy(): void {
    this.#copied = this.#chosen().map(({ class: its, shape }) => ({ class: its, shape: copyOf(shape) }));
  }
  /** A little beside where it came from, where it comes back to the same place. */
  paste(): void {
    const { size } = this.#scene;
    const here = new Set(this.#scene.list.map(({ shape }) => String(shape.box)));
    const edits = this.#copied.map(({ class: its, shape }): ShownEdit => {
      const taken = here.has(String(shape.box));
      return { act: 'put', class: its, shape: taken ? moved(shape, 10, 10, size) : shape };
    });
    void this.say(edits, true);
  }

  /** To the next image: what is selected, or all. Both are the same thing from then on. Of how many shapes. */
  async copyOn(next: number): Promise<number> {
    const here = this.#sample;
    const chosen = this.#chosen().length > 0 ? this.#chosen() : [...this.#scene.list];
    if (here === null || chosen.length === 0) return 0;
    this.editor.settle();
    const carried = chosen.map((mark) => ({ mark, track: trackOf(mark.shape) ?? crypto.randomUUID().slice(0, 8) }));
    const named = carried.flatMap(({ mark: { key, class: its, shape }, track }): ShownEdit[] =>
      trackOf(shape) ? [] : [{ act: 'put', key, class: its, shape: withTrack(shape, track) }],
    );
    await this.say(named);
    await this.#label.marks.want([next]);
    const there = this.#label.marks.of(next) ?? [];
    const edits = carried.map(({ mark: { class: its, shape }, track }): ShownEdit => {
      const [same] = ofTrack(there, track);
      const copy = placed(withTrack(copyOf(shape), track));
      return { act: 'put', ...(same ? { key: same.key } : {}), class: its, shape: copy };
    });
    await this.#label.mark(next, edits);
    return edits.length;
  }

  /**
   * Lays the selected box into the images between this one and the nearest one, before it or else after it, in which the same thing was placed. One
   * edit an image. The number of images; null where it was placed in no other.
   */
  async interpolate(): Promise<number | null> {
    const [mark] = this.#chosen();
    const here = this.#sample;
    const track = mark && trackOf(mark.shape);
    if (here === null || !track) return null;
    this.editor.settle();
    await this.#label.marks.settled();
    for (const way of [-1, 1] as const) {
      const far = await this.#placedAt(here, way, track);
      if (!far) continue;
      const [from, to] = way === -1 ? [far.shape, mark.shape] : [mark.shape, far.shape];
      const [first, last] = way === -1 ? [far.sample, here] : [here, far.sample];
      for (let sample = first + 1; sample < last; sample++) {
        await this.#label.marks.want([sample]);
        const [same] = ofTrack(this.#label.marks.of(sample) ?? [], track);
        const shape = shapeBetween(from, to, (sample - first) / (last - first), track);
        await this.#label.mark(sample, [{ act: 'put', ...(same ? { key: same.key } : {}), class: mark.class, shape }]);
      }
      return last - first - 1;
    }
    return null;
  }

  async #placedAt(here: number, way: 1 | -1, track: string): Promise<{ sample: number; shape: ObjectShape } | null> {
    const count = this.#label.state?.states.length ?? 0;
    const end = way === -1 ? Math.max(-1, here - mostBetween) : Math.min(count, here + mostBetween);
    for (let at = here + way; at !== end;) {
      const samples: number[] = [];
      for (; at !== end && samples.length < block; at += way) samples.push(at);
      await this.#label.marks.want(samples);
      for (const sample of samples) {
        const [found] = ofTrack(this.#label.marks.of(sample) ?? [], track);
        if (found && !isBetween(found.shape)) return { sample, shape: found.shape };
      }
    }
    return null;
  }

  #chosen() {
    return [...this.editor.selected].flatMap((key) => this.#scene.mark(key) ?? []);
  }

  /** What is being moved is drawn above the others, and not where it was. */
  #lift(): void {
    const draft = this.editor.draft;
    const now = new Set(
      draft?.kind === 'changed' ? draft.shapes.keys() : draft?.kind === 'mask' && draft.key !== null ? [draft.key] : [],
    );
    const before = this.#scene.lifted;
    const changed = [...now, ...before].filter((key) => now.has(key) !== before.has(key));
    if (changed.length === 0) return;
    this.#scene.lifted = now;
    const boxes: Box[] = [];
    for (const key of changed) {
      const box = this.#scene.index.boxOf(key);
      if (box) boxes.push(box);
    }
    this.onchange(boxes.length > 200 ? null : boxes);
  }
}

const placed = (shape: ObjectShape): ObjectShape => {
  const { interpolated: _, ...attributes } = shape.attributes ?? {};
  return { ...shape, attributes };
};

export const objects = new ObjectPlace();
