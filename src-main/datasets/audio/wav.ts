import { AtelierError } from '../../shared/errors.ts';
import { checkHeader, checkLength, damaged, withoutSound, type Sound } from './sound.ts';

/** Format tags of WAVE (mmreg.h). */
const pcm = 1;
const float = 3;
const aLaw = 6;
const muLaw = 7;
const extensible = 0xfffe;
const otherCodecs: Record<number, string> = {
  2: 'Microsoft ADPCM',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  85: 'MP3 inside WAV',
};
/** Bytes of a sample, by the format tags that are read. */
const widthsOf: Partial<Record<number, readonly number[]>> = {
  [pcm]: [1, 2, 3, 4],
  [float]: [4, 8],
  [aLaw]: [1],
  [muLaw]: [1],
};
/** What follows the tag in an extensible format's GUID: the same for all that have one. */
const guidTail = '000000001000800000aa00389b71';

interface Format {
  tag: number;
  channels: number;
  rate: number;
  /** Bytes of one sample of one channel. */
  width: number;
}

/**
 * RIFF WAVE: whole numbers of 8 to 32 bits, floats of 32 and 64, and a telephone's A-law and µ-law, extensible or not. Sizes in headers are not believed: a data chunk
 * that a stream's writer left at 0 or at its most goes to the file's end, one that promises more than there is is a file cut off.
 * Throws `audio_damaged`, `audio_unsupported`, `audio_empty`, `audio_too_long`.
 */
export function readWav(bytes: Uint8Array, name: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const rest = bytes.length - start;
    if (id === 'fmt ') format = readFormat(view, start, Math.min(size, rest), name);
    if (id === 'data') {
      if (!format) throw damaged(name, 'its data come before its format');
      const streamed = size === 0xffff_ffff || size === 0;
      if (size > rest && !streamed) throw damaged(name, `it ends after ${rest} of ${size} bytes of sound`);
      return readSamples(view, start, streamed ? rest : size, format, name);
    }
    at = start + size + (size & 1);
  }
  throw damaged(name, 'it has no data chunk');
}

function readFormat(view: DataView, at: number, size: number, name: string): Format {
  if (size < 16) throw damaged(name, 'its format chunk is too short');
  let tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const block = view.getUint16(at + 12, true);
  if (tag === extensible) {
    if (size < 40 || hex(view, at + 26, 14) !== guidTail) throw unsupported(name, 'a codec of its own');
    tag = view.getUint16(at + 24, true);
  }
  const widths = widthsOf[tag];
  if (!widths) throw unsupported(name, otherCodecs[tag] ?? `codec ${tag}`);
  checkHeader(name, { rate, channels });
  // Samples of 12 or 20 bits stand in whole bytes, from the top down; the block says in how many.
  const width = block / channels;
  if (!widths.includes(width)) {
    throw damaged(name, `its header says ${block} bytes for ${channels} channels`);
  }
  return { tag, channels, rate, width };
}

const hex = (view: DataView, at: number, length: number): string =>
  Buffer.from(view.buffer, view.byteOffset + at, length).toString('hex');

const unsupported = (name: string, codec: string): AtelierError =>
  new AtelierError(
    'audio_unsupported',
    `${name} is a WAV of ${codec}, which is not read here. Save it as PCM (16 or 24 bits), FLAC or MP3.`,
  );

function readSamples(view: DataView, at: number, size: number, format: Format, name: string): Sound {
  const { channels: count, width, rate } = format;
  const frames = Math.floor(size / (width * count));
  if (frames === 0) throw withoutSound(name);
  checkLength(name, frames, format);
  const read = reader(format, view);
  const channels = Array.from({ length: count }, () => new Float32Array(frames));
  let offset = at;
  for (let i = 0; i < frames; i++) {
    for (let c = 0; c < count; c++, offset += width) channels[c][i] = read(offset);
  }
  if (format.tag === float && channels.some((values) => !values.every(Number.isFinite))) {
    throw damaged(name, 'it holds samples that are no numbers');
  }
  return { rate, channels };
}

/** One sample as -1…1. Those of one byte are unsigned, as WAVE has it. */
function reader({ tag, width }: Format, view: DataView): (at: number) => number {
  if (tag === aLaw) return (at) => fromALaw(view.getUint8(at));
  if (tag === muLaw) return (at) => fromMuLaw(view.getUint8(at));
  if (tag === float) return width === 4 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  switch (width) {
    case 1:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 2:
      return (at) => view.getInt16(at, true) / 2 ** 15;
    case 3:
      return (at) => (view.getUint16(at, true) / 256 + view.getInt8(at + 2) * 256) / 2 ** 15;
    default:
      return (at) => view.getInt32(at, true) / 2 ** 31;
  }
}

/** ITU-T G.711, table 1: even bits inverted; sign, exponent of 3 bits, mantissa of 4; 13 bits in all. */
function fromALaw(byte: number): number {
  const code = byte ^ 0x55;
  const [exponent, mantissa] = [(code >> 4) & 7, code & 15];
  const magnitude = exponent === 0 ? 2 * mantissa + 1 : (2 * mantissa + 33) << (exponent - 1);
  return (code & 0x80 ? magnitude : -magnitude) / 2 ** 12;
}

/** ITU-T G.711, table 2: all bits inverted; sign, exponent of 3 bits, mantissa of 4; 14 bits in all. */
function fromMuLaw(byte: number): number {
  const code = ~byte & 0xff;
  const [exponent, mantissa] = [(code >> 4) & 7, code & 15];
  const magnitude = ((2 * mantissa + 33) << exponent) - 33;
  return (code & 0x80 ? -magnitude : magnitude) / 2 ** 13;
}
