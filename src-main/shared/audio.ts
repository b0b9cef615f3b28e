/** What a set of sounds holds, measured once at import. */
export interface AudioFacts {
  /** Samples a second of what is trained on, whatever the files had: mono. */
  rate: number;
  /** The longest sound, in samples of that rate. */
  longest: number;
  seconds: Spread & { total: number };
  /** Loudness of each sound, in dB below full scale (RMS, all channels together); digital silence is not in it. */
  loudness: Spread;
  /** The largest sample of each, likewise. */
  peaks: Spread;
  /** How many have three full-scale samples or more in a row: they were recorded too loud. */
  clipped: number;
  /** How many hold nothing but zeros. */
  silent: number;
  /** What the files had, most frequent first. */
  rates: { rate: number; count: number }[];
  formats: { format: AudioFormat; count: number }[];
  /** How many had more than one channel. An MP3 counts as its frames say. */
  multichannel: number;
}

/** Samples a second that a file may have. */
export const rateRange = { min: 1000, max: 768_000 };

export type AudioFormat = 'wav' | 'flac' | 'mp3';

/** Some values: where they lie, and how many in each of equally wide bars from `from` on. All 0 where there are none. */
export interface Spread {
  min: number;
  median: number;
  mean: number;
  p95: number;
  max: number;
  histogram: { from: number; width: number; counts: number[] };
}

/** A sound as a list shows it. */
export interface SoundSummary {
  /** Its path inside the source. */
  name: string;
  seconds: number;
  /** dB below full scale; null for digital silence. */
  loudness: number | null;
  peak: number | null;
  clipped: boolean;
}

/** A sound's outline is drawn from so many pieces of equal length: the least and the greatest sample of each, -127…127. */
export const outlinePieces = 256;

/** A sound to be played. */
export interface PlayedSound {
  rate: number;
  channels: number;
  /** Channel after channel in each frame. */
  samples: Int16Array;
}

export const melScales = ['htk', 'slaney'] as const;
/** `htk`: triangles of height 1 on O'Shaughnessy's scale, as torchaudio's default; `slaney`: of area 1 on Slaney's, as librosa's. */
export type MelScale = (typeof melScales)[number];

/** How sounds become spectrograms, as people choose it. 0 stands for what suits the sounds. */
export interface AudioOptions {
  /** Of each sound: longer ones are cut, shorter ones filled up with silence. 0: as long as most of the training split's. */
  seconds: number;
  /** Samples of a frame, a power of two; 0: about 25 ms. */
  fft: number;
  /** Samples from one frame to the next; 0: 10 ms, more for long sounds. */
  hop: number;
  mels: number;
  /** In Hz. */
  fmin: number;
  /** 0: half the rate. */
  fmax: number;
  melScale: MelScale;
}

/** Where nobody chose. */
export const usualAudioOptions: AudioOptions = {
  seconds: 0,
  fft: 0,
  hop: 0,
  mels: 40,
  fmin: 0,
  fmax: 0,
  melScale: 'htk',
};

/** A log-mel spectrogram's numbers, all settled. */
export interface SpectrogramSettings {
  /** Samples a second. */
  rate: number;
  /** Samples of a sound. */
  length: number;
  fft: number;
  hop: number;
  mels: number;
  fmin: number;
  fmax: number;
  melScale: MelScale;
}

/** A few sounds as a net sees them: rows of frames × mels, standardised by band, and what a `SoundAugmenter` wants to know of them. */
export interface SpectrogramPreview {
  frames: number;
  mels: number;
  mean: number[];
  std: number[];
  noise: { power: number; bins: number }[];
  rows: Float32Array;
}

/**
 * Added to nothing, but the least that a band may have: what is below is not told from silence. The rounding to 16 bits alone comes to more
 * than 1e-10 in every band; at 1e-6 the silence that a short sound is filled up with is like that of a quiet room.
 */
export const melFloor = 1e-6;

/** Enough for a net to halve the time a few times over. */
const fewestFrames = 16;
/** Where nobody chose: long sounds go in longer steps rather than make a picture of thousands of frames. */
const usualFrames = 300;
const usualFrame = 0.025;
const usualHop = 0.01;
/** A picture of more frames is no net's. */
export const mostFrames = 10_000;
export const fftRange = { min: 64, max: 8192 };

/** Frames stand whole inside the sound: none is filled up at its ends. */
export const framesOf = ({ length, fft, hop }: Pick<SpectrogramSettings, 'length' | 'fft' | 'hop'>): number =>
  1 + Math.floor((length - fft) / hop);

/** Settles what is 0. `samples`: how long most sounds are, where the options do not say. Returns what is wrong as words instead, where something is. */
export function settleSpectrogram(options: AudioOptions, rate: number, samples: number): SpectrogramSettings | string {
  const { mels, fmin, melScale } = options;
  const wished = options.seconds > 0 ? Math.round(options.seconds * rate) : samples;
  const hop = options.hop || Math.max(Math.round(usualHop * rate), Math.ceil(wished / usualFrames));
  const nearest = 2 ** Math.round(Math.log2(Math.max(usualFrame * rate, 2.5 * hop)));
  const fft = options.fft || Math.min(fftRange.max, Math.max(fftRange.min, nearest));
  const fmax = options.fmax || rate / 2;
  if (!Number.isInteger(Math.log2(fft))) return `fft=${fft}: a power of two`;
  if (fmax > rate / 2) return `fmax=${fmax}: at most half of the rate of ${rate} Hz`;
  if (fmin >= fmax) return `fmin=${fmin}: less than fmax, which is ${fmax}`;
  const length = Math.max(wished, fft + (fewestFrames - 1) * hop);
  const frames = framesOf({ length, fft, hop });
  if (frames > mostFrames) return `hop=${hop}: makes ${frames} frames, at most ${mostFrames}`;
  return { rate, length, fft, hop, mels, fmin, fmax, melScale };
}
