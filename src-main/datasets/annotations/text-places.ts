/** Where a text is among the samples, and where its characters are in the sample's. */
export interface TextPlace {
  sample: number;
  startAt(at: number): number;
  endAt(at: number): number;
}

/** Finds samples by their texts: the very same, else what differs in blanks alone. The same text several times: each in turn. */
export class TextPlaces {
  readonly #texts: string[] = [];
  readonly #exact = new Map<string, number[]>();
  readonly #dense = new Map<string, number[]>();
  readonly #taken = new Set<number>();

  /** The next sample's. */
  add(text: string): void {
    const sample = this.#texts.push(text) - 1;
    push(this.#exact, text, sample);
    push(this.#dense, dense(text), sample);
  }

  take(text: string): TextPlace | null {
    const exact = this.#next(this.#exact.get(text));
    if (exact !== null) return { sample: exact, startAt: (at) => at, endAt: (at) => at };
    const sample = this.#next(this.#dense.get(dense(text)));
    if (sample === null) return null;
    const [given, own] = [text, this.#texts[sample]].map(visible);
    // The n-th character that is no blank is the n-th there.
    const countTo = (at: number): number => given.findIndex((place) => place >= at);
    return {
      sample,
      startAt: (at) => own[countTo(at)] ?? this.#texts[sample].length,
      endAt: (at) => own[given.findLastIndex((place) => place < at)] + 1,
    };
  }

  #next(samples: number[] | undefined): number | null {
    for (let sample = samples?.shift(); sample !== undefined; sample = samples?.shift()) {
      if (this.#taken.has(sample)) continue;
      this.#taken.add(sample);
      return sample;
    }
    return null;
  }
}

const dense = (text: string): string => text.replace(/\s+/g, '');
const visible = (text: string): number[] => [...text.matchAll(/\S/g)].map(({ index }) => index);

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
