import type { Sound } from './sound.svelte.ts';

/** What an AudioBuffer may have. */
const rates = { least: 3000, most: 768_000 };

/** Plays a stretch of a recording, once or over and over, and says where it is. */
export class StretchPlayer {
  #context: AudioContext | null = null;
  #source: AudioBufferSourceNode | null = null;
  #buffer: { sound: Sound; buffer: AudioBuffer } | null = null;
  #playing = $state(false);
  /** Of what plays now: where it began, by the recording and by the clock. */
  #turn = 0;
  loop = $state(false);

  get playing(): boolean {
    return this.#playing;
  }

  /** `heard` is told the place in seconds, at every frame; at the end of a stretch that is not looped where that is. */
  play(sound: Sound, from: number, to: number, heard: (place: number) => void): void {
    this.stop();
    if (!(to > from)) return;
    const context = (this.#context ??= new AudioContext());
    void context.resume();
    const buffer = this.#bufferOf(context, sound);
    const scale = buffer.duration / sound.length;
    const source = new AudioBufferSourceNode(context, {
      buffer,
      loop: this.loop,
      loopStart: from * scale,
      loopEnd: to * scale,
    });
    source.connect(context.destination);
    const turn = this.#turn;
    const begun = context.currentTime;
    source.onended = () => {
      if (turn !== this.#turn) return;
      this.stop();
      heard(to);
    };
    const follow = () => {
      if (turn !== this.#turn) return;
      const passed = (context.currentTime - begun) / scale;
      heard(source.loop ? from + (passed % (to - from)) : Math.min(to, from + passed));
      requestAnimationFrame(follow);
    };
    this.#source = source;
    this.#playing = true;
    if (source.loop) source.start(0, from * scale);
    else source.start(0, from * scale, (to - from) * scale);
    follow();
  }

  stop(): void {
    this.#turn++;
    this.#source?.stop();
    this.#source = null;
    this.#playing = false;
  }

  #bufferOf(context: AudioContext, sound: Sound): AudioBuffer {
    if (this.#buffer?.sound === sound) return this.#buffer.buffer;
    const { samples, channels, rate, peaks } = sound;
    const buffer = context.createBuffer(channels, peaks.frames, Math.min(rates.most, Math.max(rates.least, rate)));
    for (let c = 0; c < channels; c++) {
      const to = buffer.getChannelData(c);
      for (let i = 0; i < to.length; i++) to[i] = samples[i * channels + c] / 32_768;
    }
    this.#buffer = { sound, buffer };
    return buffer;
  }
}
