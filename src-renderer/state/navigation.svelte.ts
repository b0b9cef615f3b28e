import type { Filter } from '../../src-main/shared/filter.ts';
import type { DatasetId, ExportId, PromptId, RunId, StudyId, VersionId } from '../../src-main/shared/ids.ts';

export const places = ['data', 'label', 'train', 'runs', 'tune', 'playground', 'export', 'settings'] as const;
export type Place = (typeof places)[number];
export type DataTab = 'samples' | 'profile' | 'schema' | 'recipe' | 'splits' | 'quality' | 'source';

/** What is done with a prompt. */
export const benchViews = ['write', 'compare', 'test', 'documents'] as const;
export type BenchView = (typeof benchViews)[number];

export type Location =
  | { place: 'data'; dataset?: DatasetId; version?: VersionId; tab?: DataTab; filter?: Filter }
  | { place: 'label'; dataset?: DatasetId; version?: VersionId }
  | { place: 'train'; dataset?: DatasetId; version?: VersionId; from?: RunId }
  | { place: 'runs'; run?: RunId; compare?: RunId[] }
  | { place: 'tune'; study?: StudyId }
  | { place: 'playground'; prompt?: PromptId; view?: BenchView }
  | { place: 'export'; export?: ExportId }
  | { place: 'settings'; section?: string };

export type LocationOf<P extends Place> = Extract<Location, { place: P }>;

const same = (a: Location, b: Location) => JSON.stringify(a) === JSON.stringify(b);

/** Where one is, where one was, and where each place was left. */
export class Navigation {
  #trail = $state.raw<Location[]>([{ place: 'data' }]);
  #at = $state(0);
  #left = $state<{ [P in Place]?: Location }>({});

  get here(): Location {
    return this.#trail[this.#at];
  }
  get place(): Place {
    return this.here.place;
  }
  get canGoBack(): boolean {
    return this.#at > 0;
  }
  get canGoForward(): boolean {
    return this.#at < this.#trail.length - 1;
  }

  /** The place's own location, whether or not it is in front. */
  of<P extends Place>(place: P): LocationOf<P> {
    const found = this.here.place === place ? this.here : (this.#left[place] ?? { place });
    return found as LocationOf<P>;
  }

  go(to: Location): void {
    if (same(to, this.here)) return;
    this.#trail = [...this.#trail.slice(0, this.#at + 1), to].slice(-100);
    this.#at = this.#trail.length - 1;
    this.#left[to.place] = to;
  }

  /** Back to a place as it was left. */
  visit(place: Place): void {
    if (place !== this.place) this.go(this.of(place));
  }

  /** Says more exactly where one already is, without a step in the trail. */
  refine(to: Location): void {
    if (this.here.place === to.place) this.#trail = this.#trail.with(this.#at, to);
    this.#left[to.place] = to;
  }

  back(): void {
    if (this.canGoBack) this.#move(-1);
  }
  forward(): void {
    if (this.canGoForward) this.#move(1);
  }
  #move(by: number): void {
    this.#at += by;
    this.#left[this.here.place] = this.here;
  }
}

export const navigation = new Navigation();
