import type { ShownEdit } from '../marks.svelte.ts';
import type { Draft } from './draft.ts';
import { fine, type Point } from './geometry.ts';
import { turnedShape } from './polygon-mask.ts';
import type { Item, Scene } from './scene.ts';
import {
  boundsOfShape,
  gripped,
  gripsOf,
  moved,
  withinImage,
  withNewCorner,
  withoutCorner,
  withPoint,
  type Grip,
  type ObjectShape,
} from './shapes.ts';

/** The shapes of an image that are selected, and what keys do to them. What is to be stored goes to `say`, one edit at a time. */
export abstract class SelectedShapes {
  scene: Scene;
  selected: ReadonlySet<number> = new Set();
  /** The corner or keypoint of the one selected shape that keys move. */
  grip: Grip | null = null;
  draft: Draft | null = null;
  protected readonly say: (edits: ShownEdit[]) => void;

  constructor(scene: Scene, say: (edits: ShownEdit[]) => void) {
    this.scene = scene;
    this.say = say;
  }

  /** A press is held: what it does ends where it is let go. */
  abstract get pressed(): boolean;

  /** The one shape that is selected, as it stands. */
  get one(): Item | null {
    if (this.selected.size !== 1) return null;
    const [key] = this.selected;
    return this.scene.item(key) ?? null;
  }

  select(keys: Iterable<number>): void {
    this.settle();
    this.selected = new Set(keys);
    this.grip = null;
  }

  /** By keys: shows at once, and is said by `settle`, so that a key held down is one edit. */
  nudge(dx: number, dy: number): void {
    const grip = this.grip;
    if (!grip) return this.draw((shape) => this.movedBy(shape, dx, dy), true);
    this.draw((shape) => {
      const at = gripsOf(shape).find((one) => sameGrip(one.grip, grip))?.point;
      return at ? gripped(shape, grip, this.within([at[0] + dx, at[1] + dy])) : shape;
    }, true);
  }

  /** Moves the right and the lower edge of boxes. */
  stretch(dx: number, dy: number): void {
    this.draw((shape) => {
      if (shape.type !== 'box') return shape;
      const [x, y, width, height] = shape.box;
      const rest = this.within([x + width + dx, y + height + dy]);
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
    if (this.draft?.kind !== 'changed' || this.pressed) return;
    const { shapes } = this.draft;
    this.draft = null;
    const edits = [...shapes].flatMap(([key, shape]): ShownEdit[] => {
      const item = this.scene.item(key);
      return item && item.shape !== shape ? [{ act: 'put', key, class: item.class, shape }] : [];
    });
    if (edits.length > 0) this.say(edits);
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
    this.put(one, withNewCorner(one.shape, grip.ring, grip.corner, fine(middle)));
    this.grip = { ...grip, corner: grip.corner + 1 };
  }

  /** What is selected goes; where a corner or keypoint is held, only that. */
  remove(): void {
    this.settle();
    const [one, grip] = [this.one, this.grip];
    if (one && !one.locked && grip?.at === 'corner') {
      const rest = withoutCorner(one.shape, grip.ring, grip.corner);
      this.grip = null;
      if (rest) return this.put(one, rest);
    } else if (one && !one.locked && grip?.at === 'point') {
      this.grip = null;
      const rest = withPoint(one.shape, grip.point, [0, 0], 0);
      if (rest.keypoints?.some((value, i) => i % 3 === 2 && value > 0)) return this.put(one, rest);
    }
    const gone = this.free();
    this.selected = new Set([...this.selected].filter((key) => !gone.some((item) => item.key === key)));
    this.say(gone.map(({ key }) => ({ act: 'remove', key })));
  }

  name(its: number): void {
    this.settle();
    this.say(this.free().flatMap(({ key, shape, class: now }) => (now === its ? [] : [put(key, its, shape)])));
  }

  /** A keypoint that is seen is hidden, and the other way round. */
  toggleSeen(): void {
    this.settle();
    const [one, grip] = [this.one, this.grip];
    if (!one || one.locked || grip?.at !== 'point') return;
    const [x, y, seen] = one.shape.keypoints!.slice(3 * grip.point, 3 * grip.point + 3);
    this.put(one, withPoint(one.shape, grip.point, [x, y], seen === 2 ? 1 : 2));
  }

  /** Polygons become masks, masks become polygons. */
  turn(): void {
    this.settle();
    this.say(
      this.free().flatMap(({ key, class: its, shape }) => {
        const made = turnedShape(shape, this.scene.size);
        return made ? [put(key, its, made)] : [];
      }),
    );
  }

  protected within([x, y]: Point): Point {
    const { width, height } = this.scene.size;
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  protected movedBy(shape: ObjectShape, dx: number, dy: number): ObjectShape {
    const [x, y] = withinImage(boundsOfShape(shape), dx, dy, this.scene.size);
    return x === 0 && y === 0 ? shape : moved(shape, x, y, this.scene.size);
  }

  /** Selected shapes that may be changed. */
  protected free(): Item[] {
    return [...this.selected].flatMap((key) => {
      const item = this.scene.item(key);
      return item && !item.locked ? [item] : [];
    });
  }

  /** Changes what is selected without saying it yet: from how it stands or, `on`, from where the last such change left it. */
  protected draw(change: (shape: ObjectShape) => ObjectShape, on = false): void {
    const before = on && this.draft?.kind === 'changed' ? this.draft.shapes : null;
    const shapes = this.free().map(({ key, shape }) => [key, change(before?.get(key) ?? shape)] as const);
    if (shapes.length > 0) this.draft = { kind: 'changed', shapes: new Map(shapes) };
  }

  protected put({ key, class: its }: Item, shape: ObjectShape): void {
    this.say([put(key, its, shape)]);
  }
}

const put = (key: number, its: number, shape: ObjectShape): ShownEdit => ({ act: 'put', key, class: its, shape });

const sameGrip = (a: Grip, b: Grip): boolean => JSON.stringify(a) === JSON.stringify(b);
