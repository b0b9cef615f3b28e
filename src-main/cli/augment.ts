import { InvalidArgumentError } from 'commander';
import { type AugmentKind, augmentFields, augmentKinds, type Augmentation } from '../shared/augment/kinds.ts';

/** One `kind` or `kind=amount` more. */
export function augmentation(text: string, before: Augmentation = {}): Augmentation {
  const [name, ...rest] = text.split('=');
  const kind = augmentKinds.find((each) => each === name.trim());
  if (!kind) throw new InvalidArgumentError(`Choose of: ${augmentKinds.join(', ')}.`);
  const { max, usual } = augmentFields[kind];
  const amount = rest.length === 0 ? usual : Number(rest.join('=').trim() || NaN);
  if (!(amount >= 0 && amount <= max)) throw new InvalidArgumentError(`${kind} takes a number from 0 to ${max}.`);
  return { ...before, [kind]: amount };
}

export const augmentHelp: Readonly<Record<AugmentKind, string>> = {
  flip: 'probability of being mirrored left to right',
  'flip-vertical': 'probability of being mirrored upside down',
  rotate: 'degrees at most, either way',
  scale: 'share larger or smaller at most',
  shift: 'share of the side at most, in both directions',
  crop: 'share of the area that is cut away at most, the rest filling the picture',
  brightness: 'share lighter or darker at most',
  contrast: 'share steeper or flatter at most',
  saturation: 'share more or less colourful at most',
  blur: 'standard deviation in pixels at most',
  noise: 'standard deviation at most, 1 being from black to white',
  erase: 'share of the area at most that is covered, in half of the pictures',
  random: 'RandAugment: two of the above by chance, mirroring not among them; 1 is furthest',
  mixup: 'blended with another picture, and its class with that one’s; the share is from Beta(amount, amount)',
  cutmix: 'a rectangle of another picture put in, and so much of its class; the share is from Beta(amount, amount)',
  'time-shift': 'share of the length earlier or later at most',
  gain: 'decibels louder or softer at most',
  'white-noise': 'standard deviation at most, 1 being full scale',
  'time-mask': 'SpecAugment: share of the time at most that is hidden, twice',
  'frequency-mask': 'SpecAugment: share of the bands at most that is hidden, twice',
  'word-drop': 'probability of each word to be left out',
  'word-swap': 'probability of two neighbouring words to change places',
  'word-synonym': 'probability of each word of the list that --synonyms names to give way to one of its synonyms',
};
