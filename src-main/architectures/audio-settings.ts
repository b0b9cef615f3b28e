import { fftRange, melScales, usualAudioOptions, type AudioOptions } from '../shared/audio.ts';
import type { SettingField } from '../shared/run.ts';
import type { Architecture, Settings } from './architecture.ts';

const only = 'audio';

/** How a net's sounds become spectrograms: the same for all that take sounds. */
export const audioFields: readonly SettingField[] = [
  { key: 'seconds', kind: 'number', default: usualAudioOptions.seconds, min: 0, max: 60, only },
  { key: 'mels', kind: 'integer', default: usualAudioOptions.mels, min: 8, max: 256, only },
  { key: 'fft', kind: 'integer', default: usualAudioOptions.fft, min: 0, max: fftRange.max, only, advanced: true },
  { key: 'hop', kind: 'integer', default: usualAudioOptions.hop, min: 0, max: 96_000, only, advanced: true },
  { key: 'fmin', kind: 'number', default: usualAudioOptions.fmin, min: 0, max: 384_000, only, advanced: true },
  { key: 'fmax', kind: 'number', default: usualAudioOptions.fmax, min: 0, max: 384_000, only, advanced: true },
  { key: 'melScale', kind: 'choice', default: usualAudioOptions.melScale, choices: melScales, only, advanced: true },
];

/** What the settings say of sounds; null where the architecture takes none. `settings`: of other data they say nothing of them. */
export function audioOptionsOf({ inputs }: Pick<Architecture, 'inputs'>, settings: Settings): AudioOptions | null {
  if (!inputs.includes('audio')) return null;
  const { seconds, mels, fft, hop, fmin, fmax, melScale } = { ...usualAudioOptions, ...settings } as AudioOptions;
  return { seconds, mels, fft, hop, fmin, fmax, melScale };
}
