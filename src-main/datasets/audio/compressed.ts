import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { MPEGDecoder } from 'mpg123-decoder';
import { checkHeader, checkLength, damaged, withoutSound, type Sound } from './sound.ts';

/** What either decoder gives for a piece of its file. */
interface Piece {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
  errors: { message: string }[];
}

/** So much of a file is decoded at a time: an MP3 is at least a kilobyte a second. */
const mp3Piece = 1 << 16;
/** A FLAC of silence has 65,535 samples of up to 8 channels in a dozen bytes: no piece may come to more than fits in memory. */
const flacPiece = 1 << 11;

/**
 * MPEG layer III by mpg123. Its frames stand alone, so a file that was cut off is as long as what is left of it. Throws `audio_damaged`,
 * `audio_empty`, `audio_too_long`.
 */
export async function readMp3(bytes: Uint8Array, name: string): Promise<Sound> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    const pieces = new Pieces(name);
    for (let at = 0; at < bytes.length; at += mp3Piece) {
      pieces.add(decoder.decode(bytes.subarray(at, at + mp3Piece)));
    }
    return pieces.whole();
  } finally {
    decoder.free();
  }
}

/** FLAC (RFC 9639) by libFLAC. Throws as `readMp3` does, and for a file that ends earlier than it says. */
export async function readFlac(bytes: Uint8Array, name: string): Promise<Sound> {
  const info = streamInfo(bytes, name);
  checkHeader(name, info);
  checkLength(name, info.samples, info);
  const decoder = new FLACDecoder();
  await decoder.ready;
  try {
    const pieces = new Pieces(name);
    for (let at = 0; at < bytes.length; at += flacPiece) {
      pieces.add(await decoder.decode(bytes.subarray(at, at + flacPiece)));
    }
    pieces.add(await decoder.flush());
    if (info.samples > 0 && pieces.frames !== info.samples) {
      throw damaged(name, `${pieces.frames} of ${info.samples} samples are there`);
    }
    return pieces.whole();
  } finally {
    decoder.free();
  }
}

/** The first block's: what the file says of itself. `samples`: 0 where it does not know. */
function streamInfo(bytes: Uint8Array, name: string): { rate: number; channels: number; samples: number } {
  if (bytes.length < 42 || (bytes[4] & 0x7f) !== 0) throw damaged(name, 'it ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = view.getUint32(18);
  return {
    rate: packed >>> 12,
    channels: ((packed >> 9) & 7) + 1,
    samples: (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22),
  };
}

/** Pieces of one sound as they come. */
class Pieces {
  readonly #name: string;
  readonly #pieces: Float32Array[][] = [];
  frames = 0;
  #rate = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add({ channelData, samplesDecoded, sampleRate, errors }: Piece): void {
    const name = this.#name;
    if (errors.length > 0) throw damaged(name, errors[0].message.trim().replace(/[.\s]+$/, ''));
    if (samplesDecoded === 0) return;
    const piece = { rate: sampleRate, channels: channelData.length };
    checkHeader(name, piece);
    const before = this.#pieces[0];
    if (before && (sampleRate !== this.#rate || channelData.length !== before.length)) {
      throw damaged(name, 'its rate or channels change on the way');
    }
    this.#rate = sampleRate;
    this.frames += samplesDecoded;
    checkLength(name, this.frames, piece);
    this.#pieces.push(channelData);
  }

  whole(): Sound {
    const [first] = this.#pieces;
    if (!first) throw withoutSound(this.#name);
    const channels = first.map((_, c) => {
      const all = new Float32Array(this.frames);
      let at = 0;
      for (const piece of this.#pieces) {
        all.set(piece[c], at);
        at += piece[c].length;
      }
      return all;
    });
    return { rate: this.#rate, channels };
  }
}
