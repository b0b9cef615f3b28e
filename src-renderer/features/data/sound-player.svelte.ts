import type { VersionId } from '../../../src-main/shared/ids.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';

/** Plays one sound of a version at a time, from its beginning; the same once more stops it. */
export class SoundPlayer {
  #studio: Studio;
  #context: AudioContext | null = null;
  #source: AudioBufferSourceNode | null = null;
  #playing = $state.raw<{ version: VersionId; index: number } | null>(null);
  #share = $state(0);
  #turn = 0;

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  plays(version: VersionId, index: number): boolean {
    return this.#playing?.version === version && this.#playing.index === index;
  }

  /** How much of it was heard, 0…1; null where it is not the one that plays. */
  shareOf(version: VersionId, index: number): number | null {
    return this.plays(version, index) ? this.#share : null;
  }

  /** Rejects where the sound is not there any more. */
  async toggle(version: VersionId, index: number): Promise<void> {
    const again = this.plays(version, index);
    this.stop();
    if (again) return;
    const turn = this.#turn;
    this.#playing = { version, index };
    try {
      const { rate, channels, samples } = await this.#studio.call('datasets.sound', { version, sample: index });
      // Another one was asked for meanwhile.
      if (turn !== this.#turn) return;
      this.#play(rate, channels, samples);
    } catch (error) {
      if (turn === this.#turn) this.stop();
      throw error;
    }
  }

  stop(): void {
    this.#turn++;
    this.#source?.stop();
    this.#source = null;
    this.#playing = null;
    this.#share = 0;
  }

  #play(rate: number, channels: number, samples: Int16Array): void {
    const context = (this.#context ??= new AudioContext());
    void context.resume();
    const frames = samples.length / channels;
    const buffer = context.createBuffer(channels, frames, Math.min(768_000, Math.max(3000, rate)));
    for (let c = 0; c < channels; c++) {
      const to = buffer.getChannelData(c);
      for (let i = 0; i < frames; i++) to[i] = samples[i * channels + c] / 32_768;
    }
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    const turn = this.#turn;
    source.onended = () => {
      if (turn === this.#turn) this.stop();
    };
    const begun = context.currentTime;
    const follow = () => {
      if (turn !== this.#turn) return;
      this.#share = Math.min(1, (context.currentTime - begun) / buffer.duration);
      requestAnimationFrame(follow);
    };
    this.#source = source;
    source.start();
    follow();
  }
}

export const player = new SoundPlayer();
