import { mostMarkedSamples } from '../../../../src-main/shared/marks.ts';
import type { LabelPlace } from '../label.svelte.ts';
import type { ShownEdit } from '../marks.svelte.ts';
import type { ObjectEditor } from './editor.ts';
import type { ObjectMark, SampleScene } from './sample-scene.ts';
import {
  carried,
  copyOf,
  ofTrack,
  placed,
  sameThing,
  shapeBetween,
  trackOf,
  withoutTrack,
  withTrack,
} from './sequence.ts';
import { moved, type ObjectShape } from './shapes.ts';

/** A thing is looked for in so many images before and after: that many are changed at once. */
const mostBetween = mostMarkedSamples - 1;
const block = 16;

interface Copied {
  class: number;
  shape: ObjectShape;
}

/** A shape in another image. */
interface Placed {
  sample: number;
  key: number;
  class: number;
  shape: ObjectShape;
}

/** The image in front, with what is selected in it. */
interface Front {
  readonly sample: number | null;
  readonly scene: SampleScene;
  readonly chosen: ObjectMark[];
  readonly editor: Pick<ObjectEditor, 'settle'>;
  say(edits: ShownEdit[], keep?: boolean): Promise<void>;
  /** These are selected once that image is in front. */
  selectIn(sample: number, keys: readonly number[]): void;
}

/** Shapes that go from one image to others: by copies, and filled in between two in which a thing was placed. */
export class Carrying {
  readonly #label: LabelPlace;
  readonly #place: Front;
  #copied = $state.raw<readonly Copied[]>([]);

  constructor(label: LabelPlace, place: Front) {
    this.#label = label;
    this.#place = place;
  }

  /** How many shapes were copied. */
  get copied(): number {
    return this.#copied.length;
  }

  copy(): void {
    this.#copied = this.#place.chosen.map(({ class: its, shape }) => ({ class: its, shape: copyOf(shape) }));
  }
  /** A little beside where it came from, where it comes back to the same place. Where the thing is already, it is another one. */
  paste(): void {
    const { size, list } = this.#place.scene;
    const boxes = new Set(list.map(({ shape }) => String(shape.box)));
    const tracks = new Set(list.map(({ shape }) => trackOf(shape)));
    const edits = this.#copied.map(({ class: its, shape }): ShownEdit => {
      const another = tracks.has(trackOf(shape)) ? withoutTrack(shape) : shape;
      return { act: 'put', class: its, shape: boxes.has(String(shape.box)) ? moved(another, 10, 10, size) : another };
    });
    void this.#place.say(edits, true);
  }

  /** To the next image: what is selected, and there is then, or all. Both are the same thing from then on. One edit. Of how many shapes. */
  async copyOn(next: number): Promise<number> {
    const here = this.#place.sample;
    const some = this.#place.chosen.length > 0;
    const chosen = some ? this.#place.chosen : [...this.#place.scene.list];
    if (here === null || chosen.length === 0) return 0;
    this.#place.editor.settle();
    const put = await this.#label.marks.during([here, next], () => {
      const there = this.#label.marks.of(next) ?? [];
      const named: ShownEdit[] = [];
      const copies = chosen.map(({ key, class: its, shape }): ShownEdit => {
        const track = trackOf(shape) ?? newTrack();
        if (!trackOf(shape)) named.push({ act: 'put', key, class: its, shape: withTrack(shape, track) });
        const [same] = ofTrack(there, track);
        return { act: 'put', ...(same ? { key: same.key } : {}), class: its, shape: carried(shape, track) };
      });
      return this.#label.markAll(
        new Map([
          [next, copies],
          [here, named],
        ]),
      );
    });
    const copies = put.slice(0, chosen.length);
    if (some) this.#place.selectIn(next, copies);
    return copies.length;
  }

  /**
   * Lays the selected box into the images between this one and the nearest one, before it or else after it, in which the same thing was placed: what
   * was copied on is the same, else the nearest box of its class. One edit. The number of images; null where there are none between.
   */
  async interpolate(): Promise<number | null> {
    this.#place.editor.settle();
    await this.#label.marks.settled();
    const [mark] = this.#place.chosen;
    const here = this.#place.sample;
    if (here === null || !mark) return null;
    for (const way of [-1, 1] as const) {
      const far = await this.#placedAt(here, way, mark);
      if (!far) continue;
      const near = { sample: here, key: mark.key, class: mark.class, shape: placed(mark.shape) };
      const [first, last] = way === -1 ? [far, near] : [near, far];
      const track = trackOf(mark.shape) ?? trackOf(far.shape) ?? newTrack();
      const samples = Array.from({ length: last.sample - first.sample + 1 }, (_, i) => first.sample + i);
      await this.#label.marks.during(samples, () => {
        const edits = samples.map((sample): [number, ShownEdit[]] => {
          const end = [first, last].find((one) => one.sample === sample);
          const [same] = end ? [end] : ofTrack(this.#label.marks.of(sample) ?? [], track);
          const share = (sample - first.sample) / (last.sample - first.sample);
          const shape = end ? withTrack(end.shape, track) : shapeBetween(first.shape, last.shape, share, track);
          return [sample, [{ act: 'put', ...(same && { key: same.key }), class: (end ?? mark).class, shape }]];
        });
        return this.#label.markAll(new Map(edits));
      });
      return samples.length - 2;
    }
    return null;
  }

  /** Where the same thing was placed with an image between. */
  async #placedAt(here: number, way: 1 | -1, mark: ObjectMark): Promise<Placed | null> {
    const others = new Set(this.#place.scene.list.map(({ shape }) => trackOf(shape)));
    others.delete(null);
    const count = this.#label.state?.states.length ?? 0;
    const end = way === -1 ? Math.max(-1, here - mostBetween) : Math.min(count, here + mostBetween);
    for (let at = here + way; at !== end;) {
      const samples: number[] = [];
      for (; at !== end && samples.length < block; at += way) samples.push(at);
      const found = await this.#label.marks.during(samples, () => {
        for (const sample of samples) {
          const same = sameThing(this.#label.marks.of(sample) ?? [], mark, others);
          if (same) return Promise.resolve({ sample, key: same.key, class: same.class, shape: same.shape });
        }
        return Promise.resolve(null);
      });
      if (found) return Math.abs(found.sample - here) > 1 ? found : null;
    }
    return null;
  }
}

const newTrack = (): string => crypto.randomUUID().slice(0, 8);
