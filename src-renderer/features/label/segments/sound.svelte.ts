import type { VersionId } from '../../../../src-main/shared/ids.ts';
import { studio, type Studio } from '../../../bridge/studio.ts';
import { Peaks } from './peaks.ts';

/** A recording as it is looked at and heard. */
export interface Sound {
  rate: number;
  channels: number;
  samples: Int16Array;
  /** In seconds. */
  length: number;
  peaks: Peaks;
}

const kept = 3;

/** Recordings in front, and the next one: as few as can be, for an hour of sound is hundreds of megabytes. */
export class Sounds {
  readonly #studio: Studio;
  #held = $state.raw<ReadonlyMap<string, Sound | 'lost'>>(new Map());
  readonly #asked = new Set<string>();

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  /** Undefined until it is there; `lost` where it could not be read. */
  of(version: VersionId, sample: number): Sound | 'lost' | undefined {
    return this.#held.get(`${version} ${sample}`);
  }

  /** That one, then the one that is likely wanted `next`, where there is any. */
  async wantFirst(version: VersionId, sample: number, next: () => number | undefined): Promise<void> {
    await this.want(version, sample);
    const after = next();
    if (after !== undefined) await this.want(version, after);
  }

  async want(version: VersionId, sample: number): Promise<void> {
    const name = `${version} ${sample}`;
    if (this.#held.has(name) || this.#asked.has(name)) return;
    this.#asked.add(name);
    let sound: Sound | 'lost' = 'lost';
    try {
      const { rate, channels, samples } = await this.#studio.call('datasets.sound', { version, sample });
      const peaks = new Peaks(samples, channels);
      sound = { rate, channels, samples, peaks, length: peaks.frames / rate };
    } catch {
      // The stage says so in its place.
    }
    this.#asked.delete(name);
    const next = new Map(this.#held).set(name, sound);
    for (const old of next.keys()) if (next.size > kept) next.delete(old);
    this.#held = next;
  }
}

export const sounds = new Sounds();
