import { outlinePieces } from '../../shared/audio.ts';
import type { Sound } from './sound.ts';

/** What is known of one sound, measured on what its file had. */
export interface Measured {
  seconds: number;
  /** Root of the mean square, and the largest sample, of all channels: 1 is full scale. */
  rms: number;
  peak: number;
  clipped: boolean;
}

/** Converters that overflow stay at their largest value; one or two such samples may be the wave's own. */
const clippedRun = 3;
/** The largest value of 16 bits is a little below 1, and so is that of most encoders. */
const fullScale = 32_767 / 32_768 - 1e-6;

export function measure({ rate, channels }: Sound): Measured {
  let squares = 0;
  let peak = 0;
  let clipped = false;
  for (const channel of channels) {
    let run = 0;
    for (const value of channel) {
      const size = Math.abs(value);
      squares += size * size;
      if (size > peak) peak = size;
      run = size >= fullScale ? run + 1 : 0;
      if (run >= clippedRun) clipped = true;
    }
  }
  const frames = channels[0].length;
  return { seconds: frames / rate, rms: Math.sqrt(squares / (frames * channels.length)), peak, clipped };
}

/** dB below full scale; null for digital silence. */
export const decibels = (level: number): number | null => (level > 0 ? 20 * Math.log10(level) : null);

/** The least and the greatest sample of `outlinePieces` equal pieces, -127…127, one after another. */
export function outlineOf(samples: Int16Array): Int8Array {
  const outline = new Int8Array(2 * outlinePieces);
  for (let piece = 0; piece < outlinePieces; piece++) {
    const from = Math.floor((piece * samples.length) / outlinePieces);
    const to = Math.max(from + 1, Math.floor(((piece + 1) * samples.length) / outlinePieces));
    let [least, greatest] = [32_767, -32_768];
    for (let i = from; i < to && i < samples.length; i++) {
      if (samples[i] < least) least = samples[i];
      if (samples[i] > greatest) greatest = samples[i];
    }
    // Outwards, so that what is quiet is not drawn as silence.
    outline[2 * piece] = Math.max(-127, Math.floor(least / 258));
    outline[2 * piece + 1] = Math.min(127, Math.ceil(greatest / 258));
  }
  return outline;
}

/** How a measurement is stored: four 32-bit floats a sample. */
export const measuredFields = 4;

export const packMeasured = ({ seconds, rms, peak, clipped }: Measured): number[] => [
  seconds,
  rms,
  peak,
  clipped ? 1 : 0,
];

export function unpackMeasured(all: Float32Array, sample: number): Measured {
  const [seconds, rms, peak, clipped] = all.subarray(sample * measuredFields, (sample + 1) * measuredFields);
  return { seconds, rms, peak, clipped: clipped === 1 };
}
