import type { Box } from '../../../../src-main/shared/annotation.ts';
import { withClick, withoutLast, type ClickDraft } from './clicks.ts';
import { boxBetween, distance, fine, whole, type Point } from './geometry.ts';
import { gripUnder, itemsNear, keysInside, keysUnder } from './hits.ts';
import { bitsOf, holeFilled, maskOf } from './mask-bits.ts';
import { allPoints, pointCount, shapeWithin, withoutRepeats } from './new-shapes.ts';
import { SelectedShapes } from './selected-shapes.ts';
import { boxShape, gripped, pointsShape, polygonShape, type Grip, type ObjectShape } from './shapes.ts';
import { snapped } from './snap.ts';
import { remasked, strokeBegun, strokeOn } from './strokes.ts';

export const tools = ['select', 'box', 'polygon', 'brush', 'eraser', 'fill', 'points', 'click'] as const;
export type Tool = (typeof tools)[number];

export interface Held {
  /** Adds to what is selected; of a keypoint that is put: it is hidden. */
  shift?: boolean;
  /** Takes a corner away; does not snap; of a click: this is not meant. */
  alt?: boolean;
}

type Gesture =
  | { kind: 'box'; from: Point }
  | { kind: 'around'; from: Point; add: boolean }
  | { kind: 'move'; from: Point; under: number[]; fresh: boolean }
  | { kind: 'grip'; key: number; grip: Grip }
  | { kind: 'stroke'; last: Point; value: 0 | 1 };

/**
 * What mouse and keys do to the shapes of an image. It knows nothing of screens: points are in pixels of the image, `reach` is how far from a thing it
 * is still meant. What is to be stored goes to `say`, one edit at a time.
 */
export class ObjectEditor extends SelectedShapes {
  tool: Tool = 'select';
  /** In pixels of the image. */
  radius = 12;
  snaps = false;
  /** The clicks of the draft have changed: what they mean is to be found out. */
  onclicks: (draft: ClickDraft) => void = () => {};
  #gesture: Gesture | null = null;
  get busy(): boolean {
    return this.#gesture !== null || this.draft !== null;
  }

  /** A press is held: what it does ends where it is let go. */
  get pressed(): boolean {
    return this.#gesture !== null;
  }

  choose(tool: Tool): void {
    this.settle();
    if (this.draft) this.finish();
    this.draft = null;
    this.tool = tool;
    this.grip = null;
  }

  /** What of the selected shape is within reach; corners come before the middles of edges. */
  gripAt(point: Point, reach: number): Grip | null {
    const one = this.one;
    if (!one || one.locked || one.hidden) return null;
    return gripUnder(one.shape, point, reach);
  }

  press(point: Point, reach: number, held: Held = {}): void {
    this.settle();
    if (this.tool === 'select') return this.#pressSelect(point, reach, held);
    if (this.tool === 'fill') return this.#fill(point, reach);
    if (this.scene.pen === null) return;
    if (this.tool === 'click') {
      const before = this.draft?.kind === 'clicks' ? this.draft : null;
      return this.#ask(withClick(before, [...fine(this.within(point)), !held.alt]));
    }
    const at = this.#placed(point, reach, held);
    if (this.tool === 'box') {
      this.#gesture = { kind: 'box', from: whole(at) };
    } else if (this.tool === 'polygon') {
      const ring = this.draft?.kind === 'open' ? this.draft.ring : [];
      if (ring.length >= 6 && distance(at, [ring[0], ring[1]]) <= reach) return this.finish();
      this.draft = { kind: 'open', ring: [...ring, ...at], to: null };
    } else if (this.tool === 'points') {
      this.#putPoint(at, held.shift ? 1 : 2);
    } else this.#beginStroke(point, this.tool === 'brush' ? 1 : 0);
  }

  drag(point: Point, reach: number, held: Held = {}): void {
    const gesture = this.#gesture;
    if (!gesture) return;
    if (gesture.kind === 'box') {
      const box = boxBetween(gesture.from, whole(this.#placed(point, reach, held)));
      this.draft = { kind: 'new', shape: boxShape(box) };
    } else if (gesture.kind === 'around') {
      this.draft = { kind: 'around', box: boxBetween(gesture.from, point) };
    } else if (gesture.kind === 'move') {
      const [dx, dy] = whole([point[0] - gesture.from[0], point[1] - gesture.from[1]]);
      if (dx !== 0 || dy !== 0 || this.draft) this.draw((shape) => this.movedBy(shape, dx, dy));
    } else if (gesture.kind === 'grip') {
      const at = this.#placed(point, reach, held, gesture.key);
      const to = gesture.grip.at === 'box' ? whole(at) : at;
      this.draw((shape) => gripped(shape, gesture.grip, to));
    } else {
      this.#strokeTo(gesture, point);
    }
  }

  release(point: Point, reach: number, held: Held = {}): void {
    const gesture = this.#gesture;
    if (!gesture) return;
    this.drag(point, reach, held);
    this.#gesture = null;
    const draft = this.draft;
    if (gesture.kind === 'box') {
      this.draft = null;
      const shape = draft?.kind === 'new' ? draft.shape : null;
      // A click selects, as it does with the other tool.
      if (!shape || (shape.box[2] === 0 && shape.box[3] === 0))
        this.select(keysUnder(this.scene, point, reach).slice(0, 1));
      else if (shape.box[2] > 0 && shape.box[3] > 0) this.#add(shape);
    } else if (gesture.kind === 'around') {
      this.draft = null;
      const its = draft?.kind === 'around' ? keysInside(this.scene, draft.box) : [];
      this.select(gesture.add ? [...this.selected, ...its] : its);
    } else if (gesture.kind === 'move' && !draft) {
      // Again at the same place: what lies under it.
      const at = gesture.under.findIndex((key) => this.selected.has(key));
      if (!gesture.fresh && !held.shift) this.select(gesture.under.slice((at + 1) % gesture.under.length).slice(0, 1));
    } else if (gesture.kind === 'stroke') {
      this.#endStroke();
    } else {
      if (gesture.kind === 'grip' && gesture.grip.at === 'edge' && draft) {
        this.grip = { at: 'corner', ring: gesture.grip.ring, corner: gesture.grip.corner + 1 };
      }
      this.settle();
    }
  }

  /** The pointer moved with no button down. */
  hover(point: Point, reach: number, held: Held = {}): void {
    if (this.draft?.kind === 'open' || this.draft?.kind === 'points') {
      this.draft = { ...this.draft, to: this.#placed(point, reach, held) };
    }
  }

  /** Ends what is drawn corner by corner or point by point; too little of it is let go. */
  finish(): void {
    const draft = this.draft;
    if (draft?.kind === 'changed') return this.settle();
    // What the last click means is not known yet.
    if (draft?.kind === 'clicks' && draft.state === 'asking') return;
    this.draft = null;
    this.#gesture = null;
    if (draft?.kind === 'open') {
      const ring = withoutRepeats(draft.ring);
      if (ring.length >= 6) this.#add(polygonShape(ring));
    } else if (draft?.kind === 'points' && draft.keypoints.length > 0) {
      this.#add(pointsShape(allPoints(draft.keypoints, this.scene)));
    } else if (draft?.kind === 'clicks' && draft.found) {
      const { mask, box, area } = draft.found;
      this.#add({ type: 'mask', mask, box, area });
    }
  }

  /** Lets go of what is under way; else of what is selected; else of the tool. Whether there was any. */
  escape(): boolean {
    if (this.busy) {
      this.draft = null;
      this.#gesture = null;
    } else if (this.grip) this.grip = null;
    else if (this.selected.size > 0) this.selected = new Set();
    else if (this.tool !== 'select') this.tool = 'select';
    else return false;
    return true;
  }

  /** Takes the last corner or point of what is being drawn back; whether there was one. */
  backOne(): boolean {
    const draft = this.draft;
    if (draft?.kind === 'open') {
      this.draft = draft.ring.length > 2 ? { ...draft, ring: draft.ring.slice(0, -2) } : null;
    } else if (draft?.kind === 'points') {
      this.draft = draft.keypoints.length > 3 ? { ...draft, keypoints: draft.keypoints.slice(0, -3) } : null;
    } else if (draft?.kind === 'clicks') {
      const rest = withoutLast(draft);
      if (rest) this.#ask(rest);
      else this.draft = null;
    } else return false;
    return true;
  }

  /** A shape by the tool in hand in the middle of a box of the image, to be moved from there. */
  insert(box: Box): void {
    this.settle();
    const kind = this.tool === 'brush' ? 'mask' : this.tool === 'polygon' || this.tool === 'points' ? this.tool : 'box';
    const shape = shapeWithin(kind, box, this.scene);
    if (!shape) return;
    this.#add(shape);
    if (kind === 'points') this.grip = { at: 'point', point: 0 };
  }

  #ask(draft: ClickDraft): void {
    this.draft = draft;
    this.onclicks(draft);
  }

  #pressSelect(point: Point, reach: number, held: Held): void {
    const grip = this.gripAt(point, reach);
    const one = this.one;
    if (grip && one) {
      this.grip = grip.at === 'corner' || grip.at === 'point' ? grip : null;
      if (held.alt && grip.at === 'corner') return this.remove();
      this.#gesture = { kind: 'grip', key: one.key, grip };
      return;
    }
    this.grip = null;
    const under = keysUnder(this.scene, point, reach);
    if (under.length === 0) {
      if (!held.shift) this.selected = new Set();
      this.#gesture = { kind: 'around', from: point, add: held.shift === true };
      return;
    }
    const already = under.some((key) => this.selected.has(key));
    if (held.shift) {
      const next = new Set(this.selected);
      if (!next.delete(under[0])) next.add(under[0]);
      this.selected = next;
    } else if (!already) this.selected = new Set([under[0]]);
    this.#gesture = { kind: 'move', from: point, under, fresh: !already };
  }

  /** Where a point is put: in the image, and drawn to what is near, where that is wanted. */
  #placed(point: Point, reach: number, held: Held, but?: number): Point {
    const inside = this.within(point);
    if (!this.snaps || held.alt) return fine(inside);
    const near = itemsNear(this.scene, inside, reach).flatMap((item) =>
      item.key === but || item.hidden ? [] : [item.shape],
    );
    return fine(snapped(inside, reach, near, this.scene.size));
  }

  #add(shape: ObjectShape): void {
    if (this.scene.pen === null) return;
    this.say([{ act: 'put', class: this.scene.pen, shape }]);
  }

  #putPoint(at: Point, visibility: number): void {
    const keypoints = [...(this.draft?.kind === 'points' ? this.draft.keypoints : []), ...at, visibility];
    this.draft = { kind: 'points', keypoints, to: null };
    if (keypoints.length / 3 === pointCount(this.scene)) this.finish();
  }

  #beginStroke(point: Point, value: 0 | 1): void {
    const draft = strokeBegun(this.scene, this.one, point, value);
    if (!draft) return;
    if (draft.key !== null) this.selected = new Set([draft.key]);
    this.draft = draft;
    const gesture: Gesture = { kind: 'stroke', last: point, value };
    this.#gesture = gesture;
    this.#strokeTo(gesture, point);
  }

  #strokeTo(gesture: Extract<Gesture, { kind: 'stroke' }>, point: Point): void {
    if (this.draft?.kind !== 'mask') return;
    const { radius } = this;
    const { last, value } = gesture;
    this.draft = strokeOn(this.draft, [last, point], { radius, value }, this.scene.size);
    gesture.last = point;
  }

  #endStroke(): void {
    const draft = this.draft;
    this.draft = null;
    if (draft?.kind !== 'mask') return;
    const item = draft.key === null ? null : this.scene.item(draft.key);
    const made = maskOf(draft.bits, this.scene.size);
    if (!item) {
      if (made.area > 0) this.#add({ type: 'mask', ...made });
    } else if (made.area === 0) {
      this.selected = new Set();
      this.say([{ act: 'remove', key: item.key }]);
    } else this.put(item, remasked(item.shape, made));
  }

  #fill(point: Point, reach: number): void {
    const candidates = [this.one, ...itemsNear(this.scene, point, reach)];
    for (const item of candidates) {
      if (!item || item.locked || item.shape.type !== 'mask' || !item.shape.mask) continue;
      const bits = bitsOf(item.shape.mask);
      const filled = bits && holeFilled(bits, point);
      if (!filled) continue;
      this.selected = new Set([item.key]);
      return this.put(item, remasked(item.shape, maskOf(filled, this.scene.size)));
    }
  }
}
