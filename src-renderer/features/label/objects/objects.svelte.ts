import type { AnnotationFlag, Box } from '../../../../src-main/shared/annotation.ts';
import { studio, type Studio } from '../../../bridge/studio.ts';
import { label as labelPlace, type LabelPlace } from '../label.svelte.ts';
import type { ShownEdit, ShownMark } from '../marks.svelte.ts';
import { models as modelFiles, type Models } from '../models.svelte.ts';
import { answered, type ClickDraft } from './clicks.ts';
import { Carrying } from './carrying.svelte.ts';
import { ObjectEditor, type Held, type Tool } from './editor.ts';
import type { Point, Size } from './geometry.ts';
import { KeyPointer } from './key-pointer.ts';
import { Pictures, type Picture } from './pictures.svelte.ts';
import { SampleScene, type ObjectMark } from './sample-scene.ts';
import { boundsOfShape, problemsOf } from './shapes.ts';
import { Viewport } from './viewport.svelte.ts';

/** The image in front with its shapes: what is seen of it, what is selected, and what is done to it. */
export class ObjectPlace {
  readonly #label: LabelPlace;
  readonly #studio: Studio;
  readonly #models: Models;
  readonly pictures: Pictures;
  readonly viewport = new Viewport();
  readonly carrying: Carrying;
  readonly editor: ObjectEditor;
  readonly #pointer: KeyPointer;
  #scene = $state.raw(new SampleScene({ width: 1, height: 1 }, () => null));
  /** The editor's state is plain: this goes up with each change of it. */
  #tick = $state(0);
  #last = '';
  /** Goes up with each change of the marks. */
  #taken = $state(0);
  #sample = $state<number | null>(null);
  /** By sample, as long as the window is open. */
  readonly #kept = new Map<number, SampleScene>();
  cross = $state(true);
  /** Where something looks different; null: everywhere. */
  onchange: (boxes: readonly Box[] | null) => void = () => {};
  /** What lies over the image is to be drawn. */
  onpointed: () => void = () => {};
  onfailure: (error: unknown) => void = () => {};
  #next: { sample: number; keys: readonly number[] } | null = null;

  constructor(place: LabelPlace = labelPlace, through: Studio = studio, models: Models = modelFiles) {
    this.#label = place;
    this.#studio = through;
    this.#models = models;
    this.pictures = new Pictures(through);
    this.editor = new ObjectEditor(this.#scene, (edits) => void this.say(edits));
    this.#pointer = new KeyPointer(this.editor);
    this.carrying = new Carrying(place, this);
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
    this.editor.select(this.#next?.sample === sample ? this.#next.keys : []);
    this.#next = null;
    this.viewport.show(scene.size);
    if (this.#pointer.shown) this.#pointer.show(this.viewport.seen);
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

  /** At the pointer of keys, where there is one. */
  zoom(by: number): void {
    this.viewport.zoom(by, this.#pointer.at ? this.viewport.toCanvas(this.#pointer.at) : undefined);
  }
  /** Brings a shape into sight. */
  show(key: number): void {
    const mark = this.#scene.mark(key);
    if (mark) this.viewport.bringBox(boundsOfShape(mark.shape));
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
    if (on) this.#pointer.show(this.viewport.seen);
    else this.#pointer.hide();
  }
  /** By shares of what is seen, or pixels of the image; what it leaves is brought into sight. */
  movePointer(x: number, y: number, by: 'pixels' | 'shares'): void {
    const [, , across, down] = this.viewport.seen;
    const unit = by === 'pixels' ? 1 : Math.max(1, Math.min(across, down));
    this.#pointer.move(x * unit, y * unit, this.viewport.reach);
    if (this.#pointer.at) this.viewport.bringPoint(this.#pointer.at);
  }
  pressPointer(held: Held = {}): void {
    this.#pointer.press(this.viewport.reach, held);
  }

  insert(): void {
    const before = this.#label.marks.nextKey;
    this.editor.insert(this.viewport.seen);
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

  /** These are selected once that image is in front. */
  selectIn(sample: number, keys: readonly number[]): void {
    this.#next = { sample, keys };
  }

  /** The marks that are selected. */
  get chosen(): ObjectMark[] {
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

export const objects = new ObjectPlace();
