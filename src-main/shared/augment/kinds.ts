import type { Manifest } from '../dataset.ts';
import { AtelierError } from '../errors.ts';
import type { InputKind } from '../input-kinds.ts';
import type { Learning } from '../task.ts';

// What a run does to its training samples so that no epoch sees the same ones: chosen for each run, by one number each. Validation
// and test samples, and those of whoever uses the model, are never touched.

export const pictureKinds = [
  'flip',
  'flip-vertical',
  'rotate',
  'scale',
  'shift',
  'crop',
  'brightness',
  'contrast',
  'saturation',
  'blur',
  'noise',
  'erase',
  'random',
] as const;
/** Each picture is made one with another of the training split, and its class with that one's. */
export const mixKinds = ['mixup', 'cutmix'] as const;
/** The sound is shifted, made louder and noisy; times and bands are hidden. */
export const soundKinds = ['time-shift', 'gain', 'white-noise', 'time-mask', 'frequency-mask'] as const;
/** Synonyms come from a list of one's own (see `synonyms.ts`). */
export const textKinds = ['word-drop', 'word-swap', 'word-synonym'] as const;
export type PictureKind = (typeof pictureKinds)[number];
export type MixKind = (typeof mixKinds)[number];
export type SoundKind = (typeof soundKinds)[number];
export type TextKind = (typeof textKinds)[number];
export type AugmentKind = PictureKind | MixKind | SoundKind | TextKind;

/** Amounts by kind; what is not in it is not done. */
export type Augmentation = Partial<Record<AugmentKind, number>>;

export interface AugmentField {
  /** The largest amount; the smallest is 0, which is as good as none. */
  max: number;
  /** What is a good beginning. */
  usual: number;
}

/**
 * flip, flip-vertical, word-drop, word-swap, word-synonym: probabilities. rotate: degrees each way. scale, shift: shares of the side each way. crop: at
 * most this share of the area is cut away. brightness, contrast, saturation: shares each way. blur: σ in pixels at most. noise: σ of the
 * brightest, at most. erase: at most this share of the area, of every other picture. random: how far RandAugment goes. mixup, cutmix: α of
 * the beta distribution that the shares come from: below 1 most pictures stay nearly whole, at 1 every share is as likely. time-shift: at
 * most this share of the length, each way. gain: dB each way. white-noise: σ at most, 1 being full scale. time-mask, frequency-mask: at
 * most this share of the frames or bands, twice.
 */
export const augmentFields: Readonly<Record<AugmentKind, AugmentField>> = {
  flip: { max: 1, usual: 0.5 },
  'flip-vertical': { max: 1, usual: 0.5 },
  rotate: { max: 180, usual: 10 },
  scale: { max: 0.9, usual: 0.1 },
  shift: { max: 0.9, usual: 0.1 },
  crop: { max: 0.9, usual: 0.3 },
  brightness: { max: 1, usual: 0.2 },
  contrast: { max: 1, usual: 0.2 },
  saturation: { max: 1, usual: 0.3 },
  blur: { max: 5, usual: 0.7 },
  noise: { max: 0.5, usual: 0.05 },
  erase: { max: 0.5, usual: 0.15 },
  random: { max: 1, usual: 0.4 },
  mixup: { max: 10, usual: 0.2 },
  cutmix: { max: 10, usual: 1 },
  'time-shift': { max: 0.9, usual: 0.1 },
  gain: { max: 30, usual: 6 },
  'white-noise': { max: 0.5, usual: 0.001 },
  'time-mask': { max: 0.5, usual: 0.1 },
  'frequency-mask': { max: 0.5, usual: 0.15 },
  'word-drop': { max: 0.9, usual: 0.1 },
  'word-swap': { max: 0.9, usual: 0.1 },
  'word-synonym': { max: 1, usual: 0.2 },
};

export const augmentKinds = [...pictureKinds, ...mixKinds, ...soundKinds, ...textKinds] as const;

/** What is changed: pictures, pictures whose classes are learnt too, sounds, or texts. */
export type AugmentedData = 'image' | 'classed-image' | 'sound' | 'text';

/** What of a dataset such a net sees changed; null: nothing. */
export function augmentedData(
  { inputs, learns }: { readonly inputs: readonly InputKind[]; readonly learns: Learning },
  { kind, task }: Pick<Manifest, 'kind' | 'task'>,
): AugmentedData | null {
  if (kind === 'images') return learns === 'target' && task === 'classification' ? 'classed-image' : 'image';
  if (kind === 'audio') return 'sound';
  return kind === 'table' && inputs.includes('text') && learns === 'target' ? 'text' : null;
}

/** What can be done to samples of a kind; tables of numbers are left as they are. */
export function kindsFor(data: AugmentedData | null): readonly AugmentKind[] {
  if (data === 'classed-image') return [...pictureKinds, ...mixKinds];
  if (data === 'image') return pictureKinds;
  if (data === 'sound') return soundKinds;
  return data === 'text' ? textKinds : [];
}

export const mixes = (augment: Augmentation | undefined): boolean =>
  mixKinds.some((kind) => (augment?.[kind] ?? 0) > 0);

/** What is worth naming: amounts above 0, in the order of the table. Throws `invalid_settings`. */
export function checkedAugmentation(given: Augmentation, data: AugmentedData | null): Augmentation {
  const possible = kindsFor(data);
  for (const [kind, amount] of Object.entries(given)) {
    const field = augmentFields[kind as AugmentKind] as AugmentField | undefined;
    if (!field)
      throw new AtelierError(
        'invalid_settings',
        `There is no augmentation "${kind}". Choose of: ${augmentKinds.join(', ')}.`,
      );
    if (!(amount >= 0 && amount <= field.max))
      throw new AtelierError(
        'invalid_settings',
        `The augmentation ${kind}=${amount} is out of range: from 0 to ${field.max}.`,
      );
    if (amount > 0 && !possible.includes(kind as AugmentKind)) {
      const instead = possible.length > 0 ? ` Choose of: ${possible.join(', ')}.` : ' Leave it out.';
      throw new AtelierError('invalid_settings', `The augmentation "${kind}" does nothing to this data.${instead}`);
    }
  }
  return Object.fromEntries(possible.flatMap((kind) => (given[kind] ? [[kind, given[kind]]] : [])));
}
