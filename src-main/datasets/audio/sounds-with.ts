import type { Manifest } from '../../shared/dataset.ts';
import type { ConditionOf } from '../../shared/filter.ts';
import { readBlob } from '../blobs.ts';
import { decibels, unpackMeasured } from './measure.ts';
import { soundBlobs } from './stored.ts';

/** Measured values are stored as 32-bit floats, and the ends of a chart's bars were worked out in 64: so near they are the same. */
const nearness = 1e-5;

/** Marks the sounds that are so long, or so loud. Digital silence has no level, and lies in no range of them. */
export async function soundsWith(
  blobs: string,
  manifest: Manifest,
  { what, from = -Infinity, to = Infinity, closed = false }: ConditionOf<'sound'>,
): Promise<Uint8Array> {
  const measured = new Float32Array((await readBlob(blobs, soundBlobs(manifest).measured)).slice().buffer);
  const marks = new Uint8Array(manifest.samples);
  for (let sample = 0; sample < marks.length; sample++) {
    const { seconds, rms, peak } = unpackMeasured(measured, sample);
    const value = { seconds: () => seconds, loudness: () => decibels(rms), peak: () => decibels(peak) }[what]();
    if (value === null || value < from - nearness) continue;
    marks[sample] = Number(closed ? value <= to + nearness : value < to - nearness);
  }
  return marks;
}
