import type { LabelPlace } from '../label.svelte.ts';
import type { ShownEdit } from '../marks.svelte.ts';
import type { ObjectEditor } from './editor.ts';
import type { ObjectMark, SampleScene } from './sample-scene.ts';
import { copyOf, isBetween, ofTrack, placed, shapeBetween, trackOf, withTrack } from './sequence.ts';
import { moved, type ObjectShape } from './shapes.ts';

/** A thing is looked for in so many images before and after. */
const mostBetween = 512;
const block = 16;

interface Copied {
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
  /** A little beside where it came from, where it comes back to the same place. */
  paste(): void {
    const { size } = this.#place.scene;
    const here = new Set(this.#place.scene.list.map(({ shape }) => String(shape.box)));
    const edits = this.#copied.map(({ class: its, shape }): ShownEdit => {
      const taken = here.has(String(shape.box));
      return { act: 'put', class: its, shape: taken ? moved(shape, 10, 10, size) : shape };
    });
    void this.#place.say(edits, true);
  }

  /** To the next image: what is selected, or all. Both are the same thing from then on. Of how many shapes. */
  async copyOn(next: number): Promise<number> {
    const here = this.#place.sample;
    const chosen = this.#place.chosen.length > 0 ? this.#place.chosen : [...this.#place.scene.list];
    if (here === null || chosen.length === 0) return 0;
    this.#place.editor.settle();
    const carried = chosen.map((mark) => ({ mark, track: trackOf(mark.shape) ?? crypto.randomUUID().slice(0, 8) }));
    const named = carried.flatMap(({ mark: { key, class: its, shape }, track }): ShownEdit[] =>
      trackOf(shape) ? [] : [{ act: 'put', key, class: its, shape: withTrack(shape, track) }],
    );
    await this.#place.say(named);
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
    const [mark] = this.#place.chosen;
    const here = this.#place.sample;
    const track = mark && trackOf(mark.shape);
    if (here === null || !track) return null;
    this.#place.editor.settle();
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
}
