import type { AudioFormat } from '../../shared/audio.ts';
import { AtelierError } from '../../shared/errors.ts';
import { noDataError, noDataIn } from '../no-data/kinds.ts';
import { readWhole, type FoundFile } from '../source.ts';
import { readFlac, readMp3 } from './compressed.ts';
import { audioHeadBytes, audioType, foreignAudio, mp3Frame } from './file-type.ts';
import { resample } from './resample.ts';
import type { Sound } from './sound.ts';
import { readWav } from './wav.ts';

const maxFileBytes = 256 << 20;

/** A sound file's bytes, refused where empty, vast or no sound. */
export async function readAudioFile(file: FoundFile): Promise<Uint8Array> {
  const name = file.relative;
  const bytes = await readWhole(
    file,
    maxFileBytes,
    (size) =>
      new AtelierError(
        'audio_too_large',
        `${name} is a file of ${Math.round(size / 2 ** 20)} MB; at most ${maxFileBytes >> 20} MB are read. Cut it into pieces of one class each.`,
      ),
  );
  if (bytes.length === 0) throw new AtelierError('audio_empty', `${name} is empty (0 bytes).`);
  return bytes;
}

/** Throws `not_audio`, `audio_damaged`, `audio_unsupported`, `audio_empty`, `audio_too_long`. */
export async function decodeAudio(bytes: Uint8Array, name: string): Promise<Sound & { format: AudioFormat }> {
  const format = audioType(bytes.subarray(0, audioHeadBytes));
  switch (format) {
    case 'wav':
      return { format, ...readWav(bytes, name) };
    case 'flac':
      return { format, ...(await readFlac(bytes, name)) };
    case 'mp3':
      return { format, ...onlyItsOwn(await readMp3(bytes, name), bytes) };
    default: {
      const noData = foreignAudio(bytes.subarray(0, audioHeadBytes)) === null ? noDataIn(bytes, name) : null;
      throw noData ? noDataError(name, noData) : new AtelierError('not_audio', notRead(bytes, name));
    }
  }
}

function notRead(bytes: Uint8Array, name: string): string {
  const foreign = foreignAudio(bytes.subarray(0, audioHeadBytes));
  return foreign === null
    ? `${name} does not hold a sound that can be read (WAV, FLAC, MP3).`
    : `${name} is ${foreign}, which is not read. Convert it to WAV, FLAC or MP3 and import that.`;
}

/** mpg123 gives two channels of everything. */
function onlyItsOwn(sound: Sound, bytes: Uint8Array): Sound {
  const [left, right] = sound.channels;
  const mono = mp3Frame(bytes)?.channels === 1 || left.every((value, i) => value === right[i]);
  return mono ? { ...sound, channels: [left] } : sound;
}

/** The mean of all channels. */
export function toMono({ channels }: Sound): Float32Array {
  if (channels.length === 1) return channels[0];
  const mono = new Float32Array(channels[0].length);
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    mono[i] = sum / channels.length;
  }
  return mono;
}

/** -1…1 to whole numbers of 16 bits, as sounds are stored: 32,768 is 1, and what is louder is clipped. */
export function toInt16(values: Float32Array): Int16Array {
  const whole = new Int16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    whole[i] = Math.max(-32_768, Math.min(32_767, Math.round(values[i] * 32_768)));
  }
  return whole;
}

/** A sound as a model hears it: mono, at that rate. Every sound passes here, at import and in `predict` alike. */
export const heardAt = (sound: Sound, rate: number): Int16Array => toInt16(resample(toMono(sound), sound.rate, rate));

/** A sound file as a model that was trained at this rate hears it. */
export async function decodeAudioFor(rate: number, path: string): Promise<Int16Array> {
  const bytes = await readAudioFile({ path, relative: path });
  return heardAt(await decodeAudio(bytes, path), rate);
}
