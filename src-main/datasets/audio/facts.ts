import type { AudioFacts, AudioFormat, Spread } from '../../shared/audio.ts';
import { decibels, type Measured } from './measure.ts';

/** What the importer heard of one file. */
export interface Heard extends Measured {
  rate: number;
  format: AudioFormat;
  channels: number;
  /** Of what is stored. */
  samples: number;
}

const formats: readonly AudioFormat[] = ['wav', 'flac', 'mp3'];

/** What a file was, as it is stored: rate, format, channels and stored samples, four 32-bit integers a sound. */
export const packForm = ({ rate, format, channels, samples }: Heard): number[] => [
  rate,
  formats.indexOf(format),
  channels,
  samples,
];

export function unpackForm(all: Int32Array, sample: number): Omit<Heard, keyof Measured> {
  const [rate, format, channels, samples] = all.subarray(sample * 4, (sample + 1) * 4);
  return { rate, format: formats[format], channels, samples };
}

const bars = 24;

export function factsOf(heard: readonly Heard[], rate: number): AudioFacts {
  const levels = (field: 'rms' | 'peak'): number[] =>
    heard.flatMap((one) => {
      const level = decibels(one[field]);
      return level === null ? [] : [level];
    });
  const seconds = heard.map((one) => one.seconds);
  return {
    rate,
    longest: heard.reduce((most, { samples }) => Math.max(most, samples), 0),
    seconds: { ...spreadOf(seconds), total: seconds.reduce((sum, each) => sum + each, 0) },
    loudness: spreadOf(levels('rms')),
    peaks: spreadOf(levels('peak')),
    clipped: heard.filter(({ clipped }) => clipped).length,
    silent: heard.filter(({ peak }) => peak === 0).length,
    rates: counted(heard.map((one) => one.rate)).map(([rate, count]) => ({ rate, count })),
    formats: counted(heard.map((one) => one.format)).map(([format, count]) => ({ format, count })),
    multichannel: heard.filter(({ channels }) => channels > 1).length,
  };
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) {
    return { min: 0, median: 0, mean: 0, p95: 0, max: 0, histogram: { from: 0, width: 0, counts: [] } };
  }
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  const width = max > min ? (max - min) / bars : 0;
  const counts = new Array<number>(width > 0 ? bars : 1).fill(0);
  for (const value of sorted) counts[width > 0 ? Math.min(bars - 1, Math.floor((value - min) / width)) : 0]++;
  return {
    min,
    median: at(0.5),
    mean: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
    p95: at(0.95),
    max,
    histogram: { from: min, width, counts },
  };
}

/** Each different value with its count: most frequent first, the larger of equals first. */
export function counted<T extends number | string>(values: readonly T[]): [T, number][] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (b[0] > a[0] ? 1 : -1));
}
