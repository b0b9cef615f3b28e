import type { MelScale, SpectrogramSettings } from '../../../shared/audio.ts';

/** Slaney's scale (Auditory Toolbox, 1998) is even below 1 kHz, and logarithmic above: 27 steps for a factor of 6.4. */
const evenHertz = 200 / 3;
const evenUntil = 1000;
const logStep = Math.log(6.4) / 27;

export function melOf(hertz: number, scale: MelScale): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + hertz / 700);
  return hertz < evenUntil ? hertz / evenHertz : evenUntil / evenHertz + Math.log(hertz / evenUntil) / logStep;
}

export function hertzOf(mel: number, scale: MelScale): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1);
  const even = evenUntil / evenHertz;
  return mel < even ? mel * evenHertz : evenUntil * Math.exp(logStep * (mel - even));
}

/** What the bins of a spectrum count in each band: [bins, mels], row-major. Neighbouring triangles end in each other's middle. */
export function filterBank({
  rate,
  fft,
  mels,
  fmin,
  fmax,
  melScale,
}: Omit<SpectrogramSettings, 'length'>): Float64Array {
  const [low, high] = [melOf(fmin, melScale), melOf(fmax, melScale)];
  const edges = Array.from({ length: mels + 2 }, (_, i) => hertzOf(low + ((high - low) * i) / (mels + 1), melScale));
  const bins = fft / 2 + 1;
  const bank = new Float64Array(bins * mels);
  for (let bin = 0; bin < bins; bin++) {
    const hertz = (bin * rate) / fft;
    for (let mel = 0; mel < mels; mel++) {
      const [from, middle, to] = edges.slice(mel, mel + 3);
      const height = Math.min((hertz - from) / (middle - from), (to - hertz) / (to - middle));
      const area = melScale === 'slaney' ? 2 / (to - from) : 1;
      bank[bin * mels + mel] = Math.max(0, height) * area;
    }
  }
  return bank;
}

/** Hann's, as long as a frame and then beginning anew. */
export const hannWindow = (size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
