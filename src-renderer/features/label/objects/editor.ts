import type { Box } from '../../../../src-main/shared/annotation.ts';
import type { ShownEdit } from '../marks.svelte.ts';
import { withClick, withoutLast, type ClickDraft } from './clicks.ts';
import { boxBetween, distance, grown, overlaps, type Point, type Size } from './geometry.ts';
import { holeFilled, maskOf, bitsOf, bitsOfRings, stroke, strokeBox, withRoom, type Bits } from './mask-bits.ts';
import { ringsOfBits } from './mask-rings.ts';
import type { ShapeIndex } from './shape-index.ts';
import {
  areaOfShape,
  awayFrom,
  boundsOfShape,
  boxShape,
  gripped,
  gripsOf,
  moved,
  pointsShape,
  polygonShape,
  withinImage,
  withNewCorner,
  withoutCorner,
  withPoint,
  type Grip,
  type ObjectShape,
} from './shapes.ts';
import { snapped } from './snap.ts';

export const tools = ['select', 'box', 'polygon', 'brush', 'eraser', 'fill', 'points', 'click'] as const;
export type Tool = (typeof tools)[number];

/** A shape that can be worked on. */
export interface Item {
  key: number;
  class: number;
  shape: ObjectShape;
  hidden: boolean;
  locked: boolean;
}

/** What is worked on: the image, the shapes that are in it, and where they lie. */
export interface Scene {
  readonly size: Size;
  readonly index: ShapeIndex;
  item(key: number): Item | undefined;
  /** As they are drawn, the last on top. */
  readonly items: Iterable<Item>;
  /** The class of new shapes; null where there is none yet. */
  readonly pen: number | null;
  /** How many keypoints a class has; null where any number will do. */
  points(of: number): number | null;
}

export interface Held {
  /** Adds to what is selected; of a keypoint that is put: it is hidden. */
  shift?: boolean;
  /** Takes a corner away; does not snap; of a click: this is not meant. */
  alt?: boolean;
}

/** What is under way and not yet said; `key` null: a new shape. */
export type Draft =
  | { kind: 'new'; shape: ObjectShape }
  | { kind: 'open'; ring: number[]; to: Point | null }
  | { kind: 'points'; keypoints: number[]; to: Point | null }
  | { kind: 'changed'; shapes: ReadonlyMap<number, ObjectShape> }
  | { kind: 'around'; box: Box }
  | { kind: 'mask'; key: number | null; bits: Bits }
  | ClickDraft;

type Gesture =
  | { kind: 'box'; from: Point }
  | { kind: 'around'; from: Point; add: boolean }
  | { kind: 'move'; from: Point; under: number[]; fresh: boolean }
  | { kind: 'grip'; key: number; grip: Grip }
  | { kind: 'stroke'; last: Point; value: 0 | 1 };

/** Hundredths of a pixel are as fine as a hand is at any zoom. */
const fine = ([x, y]: Point): Point => [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
const whole = ([x, y]: Point): Point => [Math.round(x), Math.round(y)];
/** Outlines made of a mask keep this near to its pixels. */
const outlineAway = 0.75;

/**
 * What mouse and keys do to the shapes of an image. It knows nothing of screens: points are in pixels of the image, `reach` is how far from a thing it
 * is still meant. What is to be stored goes to `say`, one edit at a time.
 */
export class ObjectEditor {
  tool: Tool = 'select';
  selected: ReadonlySet<number> = new Set();
  /** The corner or keypoint of the one selected shape that keys move. */
  grip: Grip | null = null;
  draft: Draft | null = null;
  /** In pixels of the image. */
  radius = 12;
  snaps = false;
  /** The clicks of the draft have changed: what they mean is to be found out. */
  onclicks: (draft: ClickDraft) => void = () => {};
  #gesture: Gesture | null = null;
  readonly #say: (edits: ShownEdit[]) => void;
  scene: Scene;

  constructor(scene: Scene, say: (edits: ShownEdit[]) => void) {
    this.scene = scene;
    this.#say = say;
  }

  get busy(): boolean {
    return this.#gesture !== null || this.draft !== null;
  }

  /** A press is held: what it does ends where it is let go. */
  get pressed(): boolean {
    return this.#gesture !== null;
  }

  /** The one shape that is selected, as it stands. */
  get one(): Item | null {
    if (this.selected.size !== 1) return null;
    const [key] = this.selected;
    return this.scene.item(key) ?? null;
  }

  choose(tool: Tool): void {
    this.settle();
    if (this.draft) this.finish();
    this.draft = null;
    this.tool = tool;
    this.grip = null;
  }

  select(keys: Iterable<number>): void {
    this.settle();
    this.selected = new Set(keys);
    this.grip = null;
  }

  /** Keys of visible shapes within reach, the smallest first: what lies in another one can be had. */
  under(point: Point, reach: number): number[] {
    return this.scene.index
      .touching(grown([point[0], point[1], 0, 0], reach))
      .map((key) => this.scene.item(key))
      .filter((item): item is Item => item !== undefined && !item.hidden && awayFrom(point, item.shape) <= reach)
      .sort((a, b) => areaOfShape(a.shape) - areaOfShape(b.shape) || b.key - a.key)
      .map(({ key }) => key);
  }

  /** What of the selected shape is within reach; corners come before the middles of edges. */
  gripAt(point: Point, reach: number): Grip | null {
    const one = this.one;
    if (!one || one.locked || one.hidden) return null;
    let best: { grip: Grip; away: number } | null = null;
    for (const { grip, point: at } of gripsOf(one.shape)) {
      const away = distance(point, at) + (grip.at === 'edge' ? reach / 2 : 0);
      if (away <= reach && (!best || away < best.away)) best = { grip, away };
    }
    return best?.grip ?? null;
  }

  press(point: Point, reach: number, held: Held = {}): void {
    this.settle();
    if (this.tool === 'select') return this.#pressSelect(point, reach, held);
    if (this.tool === 'fill') return this.#fill(point, reach);
    if (this.scene.pen === null) return;
    if (this.tool === 'click') {
      const before = this.draft?.kind === 'clicks' ? this.draft : null;
      return this.#ask(withClick(before, [...fine(this.#within(point)), !held.alt]));
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
      if (dx !== 0 || dy !== 0 || this.draft) this.#draw((shape) => this.#movedBy(shape, dx, dy));
    } else if (gesture.kind === 'grip') {
      const at = this.#placed(point, reach, held, gesture.key);
      const to = gesture.grip.at === 'box' ? whole(at) : at;
      this.#draw((shape) => gripped(shape, gesture.grip, to));
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
      if (!shape || (shape.box[2] === 0 && shape.box[3] === 0)) this.select(this.under(point, reach).slice(0, 1));
      else if (shape.box[2] > 0 && shape.box[3] > 0) this.#add(shape);
    } else if (gesture.kind === 'around') {
      this.draft = null;
      const its = draft?.kind === 'around' ? this.#inside(draft.box) : [];
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
      this.#add(pointsShape(this.#allPoints(draft.keypoints)));
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

  /** By keys: shows at once, and is said by `settle`, so that a key held down is one edit. */
  nudge(dx: number, dy: number): void {
    const grip = this.grip;
    if (!grip) return this.#draw((shape) => this.#movedBy(shape, dx, dy), true);
    this.#draw((shape) => {
      const at = gripsOf(shape).find((one) => sameGrip(one.grip, grip))?.point;
      return at ? gripped(shape, grip, this.#within([at[0] + dx, at[1] + dy])) : shape;
    }, true);
  }

  /** Moves the right and the lower edge of boxes. */
  stretch(dx: number, dy: number): void {
    this.#draw((shape) => {
      if (shape.type !== 'box') return shape;
      const [x, y, width, height] = shape.box;
      const rest = this.#within([x + width + dx, y + height + dy]);
      return {
        ...gripped({ ...shape, rotation: undefined }, { at: 'box', x: 1, y: 1 }, [
          Math.max(x + 1, shape.rotation ? x + width + dx : rest[0]),
          Math.max(y + 1, shape.rotation ? y + height + dy : rest[1]),
        ]),
        ...(shape.rotation === undefined ? {} : { rotation: shape.rotation }),
      };
    }, true);
  }

  /** Says what keys or a drag have changed. */
  settle(): void {
    if (this.draft?.kind !== 'changed' || this.#gesture) return;
    const { shapes } = this.draft;
    this.draft = null;
    const edits = [...shapes].flatMap(([key, shape]): ShownEdit[] => {
      const item = this.scene.item(key);
      return item && item.shape !== shape ? [{ act: 'put', key, class: item.class, shape }] : [];
    });
    if (edits.length > 0) this.#say(edits);
  }

  /** A shape by the tool in hand in the middle of a box of the image, to be moved from there. */
  insert([x, y, width, height]: Box): void {
    this.settle();
    const { size } = this.scene;
    const [cx, cy] = this.#within([x + width / 2, y + height / 2]);
    const side = Math.max(4, Math.min(width, height) / 4);
    const box = boxBetween(
      whole(this.#within([cx - side / 2, cy - side / 2])),
      whole(this.#within([cx + side / 2, cy + side / 2])),
    );
    if (this.tool === 'polygon') this.#add(polygonShape(cornersOf(box)));
    else if (this.tool === 'brush') {
      const bits = withRoom(null, strokeBox([cx, cy], [cx, cy], side / 2), size);
      stroke(bits, [cx, cy], [cx, cy], side / 2, 1);
      this.#addMask(bits);
    } else if (this.tool === 'points') {
      const count = (this.scene.pen === null ? null : this.scene.points(this.scene.pen)) ?? 1;
      const points = Array.from({ length: count }, (_, i) => {
        const angle = (2 * Math.PI * i) / count;
        const away = count === 1 ? 0 : side / 2;
        return [...whole(this.#within([cx + away * Math.sin(angle), cy - away * Math.cos(angle)])), 2];
      });
      this.#add(pointsShape(points.flat()));
      this.grip = { at: 'point', point: 0 };
    } else this.#add(boxShape(box));
  }

  /** To the next corner or keypoint of the one selected shape. */
  nextGrip(): void {
    const grips = this.one ? gripsOf(this.one.shape).filter(({ grip }) => grip.at !== 'edge' && grip.at !== 'box') : [];
    const at = grips.findIndex(({ grip }) => this.grip && sameGrip(grip, this.grip));
    this.settle();
    this.grip = grips[(at + 1) % Math.max(1, grips.length)]?.grip ?? null;
  }

  /** One more corner, between the one that keys move and the next. */
  addCorner(): void {
    this.settle();
    const [one, grip] = [this.one, this.grip];
    if (!one || one.locked || grip?.at !== 'corner') return;
    const middle = gripsOf(one.shape).find((each) => sameGrip(each.grip, { ...grip, at: 'edge' }))?.point;
    if (!middle) return;
    this.#put(one, withNewCorner(one.shape, grip.ring, grip.corner, fine(middle)));
    this.grip = { ...grip, corner: grip.corner + 1 };
  }

  /** What is selected goes; where a corner or keypoint is held, only that. */
  remove(): void {
    this.settle();
    const [one, grip] = [this.one, this.grip];
    if (one && !one.locked && grip?.at === 'corner') {
      const rest = withoutCorner(one.shape, grip.ring, grip.corner);
      this.grip = null;
      if (rest) return this.#put(one, rest);
    } else if (one && !one.locked && grip?.at === 'point') {
      this.grip = null;
      const rest = withPoint(one.shape, grip.point, [0, 0], 0);
      if (rest.keypoints?.some((value, i) => i % 3 === 2 && value > 0)) return this.#put(one, rest);
    }
    const gone = this.#free();
    this.selected = new Set([...this.selected].filter((key) => !gone.some((item) => item.key === key)));
    this.#say(gone.map(({ key }) => ({ act: 'remove', key })));
  }

  name(its: number): void {
    this.settle();
    this.#say(this.#free().flatMap(({ key, shape, class: now }) => (now === its ? [] : [put(key, its, shape)])));
  }

  /** A keypoint that is seen is hidden, and the other way round. */
  toggleSeen(): void {
    this.settle();
    const [one, grip] = [this.one, this.grip];
    if (!one || one.locked || grip?.at !== 'point') return;
    const [x, y, seen] = one.shape.keypoints!.slice(3 * grip.point, 3 * grip.point + 3);
    this.#put(one, withPoint(one.shape, grip.point, [x, y], seen === 2 ? 1 : 2));
  }

  /** Polygons become masks, masks become polygons. */
  turn(): void {
    this.settle();
    const { size } = this.scene;
    this.#say(
      this.#free().flatMap(({ key, class: its, shape }): ShownEdit[] => {
        const { polygons, mask, flags: _flags, area: _area, ...rest } = shape;
        if (shape.type === 'polygon' && polygons) {
          const made = maskOf(bitsOfRings(polygons, size), size);
          return made.area === 0 ? [] : [put(key, its, { ...rest, type: 'mask', ...made })];
        }
        const bits = shape.type === 'mask' && mask ? bitsOf(mask) : null;
        const rings = bits ? ringsOfBits(bits, outlineAway) : [];
        if (rings.length === 0) return [];
        return [put(key, its, { ...rest, type: 'polygon', polygons: rings, box: shape.box })];
      }),
    );
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
    const under = this.under(point, reach);
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

  #inside([x, y, width, height]: Box): number[] {
    return this.scene.index.touching([x, y, width, height]).filter((key) => {
      const item = this.scene.item(key);
      if (!item || item.hidden) return false;
      const its = boundsOfShape(item.shape);
      return (
        overlaps(its, [x, y, width, height]) &&
        its[0] >= x &&
        its[1] >= y &&
        its[0] + its[2] <= x + width &&
        its[1] + its[3] <= y + height
      );
    });
  }

  /** Where a point is put: in the image, and drawn to what is near, where that is wanted. */
  #placed(point: Point, reach: number, held: Held, but?: number): Point {
    const inside = this.#within(point);
    if (!this.snaps || held.alt) return fine(inside);
    const near = this.scene.index
      .touching(grown([inside[0], inside[1], 0, 0], reach))
      .flatMap((key) => (key === but || this.scene.item(key)?.hidden ? [] : [this.scene.item(key)!.shape]));
    return fine(snapped(inside, reach, near, this.scene.size));
  }

  #within([x, y]: Point): Point {
    const { width, height } = this.scene.size;
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  #movedBy(shape: ObjectShape, dx: number, dy: number): ObjectShape {
    const [x, y] = withinImage(boundsOfShape(shape), dx, dy, this.scene.size);
    return x === 0 && y === 0 ? shape : moved(shape, x, y, this.scene.size);
  }

  /** Selected shapes that may be changed. */
  #free(): Item[] {
    return [...this.selected].flatMap((key) => {
      const item = this.scene.item(key);
      return item && !item.locked ? [item] : [];
    });
  }

  /** Changes what is selected without saying it yet: from how it stands or, `on`, from where the last such change left it. */
  #draw(change: (shape: ObjectShape) => ObjectShape, on = false): void {
    const before = on && this.draft?.kind === 'changed' ? this.draft.shapes : null;
    const shapes = this.#free().map(({ key, shape }) => [key, change(before?.get(key) ?? shape)] as const);
    if (shapes.length > 0) this.draft = { kind: 'changed', shapes: new Map(shapes) };
  }

  #put({ key, class: its }: Item, shape: ObjectShape): void {
    this.#say([put(key, its, shape)]);
  }

  #add(shape: ObjectShape): void {
    if (this.scene.pen === null) return;
    this.#say([{ act: 'put', class: this.scene.pen, shape }]);
  }

  #putPoint(at: Point, visibility: number): void {
    const { pen } = this.scene;
    const keypoints = [...(this.draft?.kind === 'points' ? this.draft.keypoints : []), ...at, visibility];
    this.draft = { kind: 'points', keypoints, to: null };
    if (pen !== null && keypoints.length / 3 === this.scene.points(pen)) this.finish();
  }

  /** With those that were not put. */
  #allPoints(keypoints: readonly number[]): number[] {
    const { pen } = this.scene;
    const count = (pen === null ? null : this.scene.points(pen)) ?? keypoints.length / 3;
    return Array.from({ length: Math.max(3 * count, keypoints.length) }, (_, i) => keypoints[i] ?? 0);
  }

  /** The mask that a brush goes on with: the one selected, else a new one; an eraser's is the one under it. */
  #beginStroke(point: Point, value: 0 | 1): void {
    const one = this.one;
    const masked = (item: Item | null | undefined) =>
      item && !item.locked && item.shape.type === 'mask' ? item : null;
    const under = value === 0 ? this.under(point, 0).map((key) => masked(this.scene.item(key))) : [];
    const item = masked(one) ?? under.find(Boolean) ?? null;
    if (value === 0 && !item) return;
    if (item) this.selected = new Set([item.key]);
    const bits = item?.shape.mask ? bitsOf(item.shape.mask) : null;
    this.draft = {
      kind: 'mask',
      key: item?.key ?? null,
      bits: withRoom(bits, [point[0], point[1], 0, 0], this.scene.size),
    };
    const gesture: Gesture = { kind: 'stroke', last: point, value };
    this.#gesture = gesture;
    this.#strokeTo(gesture, point);
  }

  #strokeTo(gesture: Extract<Gesture, { kind: 'stroke' }>, point: Point): void {
    if (this.draft?.kind !== 'mask') return;
    const { bits, key } = this.draft;
    const room = gesture.value === 1 ? strokeBox(gesture.last, point, this.radius) : null;
    const now =
      room && !contains(bits, room, this.scene.size) ? withRoom(bits, grown(room, 64), this.scene.size) : bits;
    stroke(now, gesture.last, point, this.radius, gesture.value);
    gesture.last = point;
    this.draft = { kind: 'mask', key, bits: now };
  }

  #endStroke(): void {
    const draft = this.draft;
    this.draft = null;
    if (draft?.kind !== 'mask') return;
    const item = draft.key === null ? null : this.scene.item(draft.key);
    if (!item) return this.#addMask(draft.bits);
    const made = maskOf(draft.bits, this.scene.size);
    if (made.area === 0) {
      this.selected = new Set();
      this.#say([{ act: 'remove', key: item.key }]);
    } else this.#put(item, remasked(item.shape, made));
  }

  #addMask(bits: Bits): void {
    const made = maskOf(bits, this.scene.size);
    if (made.area > 0) this.#add({ type: 'mask', ...made });
  }

  #fill(point: Point, reach: number): void {
    const candidates = [this.one, ...this.#inReach(point, reach)];
    for (const item of candidates) {
      if (!item || item.locked || item.shape.type !== 'mask' || !item.shape.mask) continue;
      const bits = bitsOf(item.shape.mask);
      const filled = bits && holeFilled(bits, point);
      if (!filled) continue;
      this.selected = new Set([item.key]);
      return this.#put(item, remasked(item.shape, maskOf(filled, this.scene.size)));
    }
  }

  #inReach(point: Point, reach: number): (Item | undefined)[] {
    return this.scene.index.touching(grown([point[0], point[1], 0, 0], reach)).map((key) => this.scene.item(key));
  }
}

const put = (key: number, its: number, shape: ObjectShape): ShownEdit => ({ act: 'put', key, class: its, shape });

/** Outlines that its source gave besides hold no longer. */
function remasked(shape: ObjectShape, made: ReturnType<typeof maskOf>): ObjectShape {
  const { polygons: _polygons, flags: _flags, ...rest } = shape;
  return { ...rest, ...made };
}

const sameGrip = (a: Grip, b: Grip): boolean => JSON.stringify(a) === JSON.stringify(b);

const cornersOf = ([x, y, width, height]: Box): number[] => [
  ...[x, y],
  ...[x + width, y],
  ...[x + width, y + height],
  ...[x, y + height],
];

/** A double click puts two corners at one place. */
function withoutRepeats(ring: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const [x, y] = out.slice(-2);
    if (x !== ring[i] || y !== ring[i + 1]) out.push(ring[i], ring[i + 1]);
  }
  if (out.length > 2 && out[0] === out.at(-2) && out[1] === out.at(-1)) out.splice(-2);
  return out;
}

const contains = ({ left, top, width, height }: Bits, [x, y, across, down]: Box, image: Size): boolean =>
  Math.max(0, x) >= left &&
  Math.max(0, y) >= top &&
  Math.min(image.width, x + across) <= left + width &&
  Math.min(image.height, y + down) <= top + height;
