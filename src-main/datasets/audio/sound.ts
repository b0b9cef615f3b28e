import { rateRange } from '../../shared/audio.ts';
import { AtelierError } from '../../shared/errors.ts';

/** A decoded sound. */
export interface Sound {
  rate: number;
  /** One array each, of one length, -1…1 (floating-point files may go beyond). */
  channels: Float32Array[];
}

/** Longer recordings are no samples to be told apart by a class, and are to be cut first. */
const maxSeconds = 600;
/** Of all channels: what is decoded is held whole. */
const maxValues = 1 << 26;
export const maxChannels = 32;

export const damaged = (name: string, why: string): AtelierError =>
  new AtelierError('audio_damaged', `${name} cannot be decoded: ${why}. Copy or download it again.`);

/** Throws `audio_too_long`. `frames`: samples of each channel. */
export function checkLength(
  name: string,
  frames: number,
  { rate, channels }: { rate: number; channels: number },
): void {
  if (frames <= maxSeconds * rate && frames * channels <= maxValues) return;
  throw new AtelierError(
    'audio_too_long',
    `${name} is longer than ${maxSeconds / 60} minutes, or has more than ${maxValues >> 20} million samples. Cut it into pieces of one class each.`,
  );
}

export const withoutSound = (name: string): AtelierError =>
  new AtelierError('audio_empty', `${name} holds no sound (0 samples).`);

/** What a header says of a sound, before anything is made of it. Throws `audio_damaged`. */
export function checkHeader(name: string, { rate, channels }: { rate: number; channels: number }): void {
  if (!(rate >= rateRange.min && rate <= rateRange.max)) {
    throw damaged(name, `its header says ${rate} samples a second`);
  }
  if (!(channels >= 1 && channels <= maxChannels)) throw damaged(name, `its header says ${channels} channels`);
}
