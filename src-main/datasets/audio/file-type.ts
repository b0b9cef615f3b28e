import type { AudioFormat } from '../../shared/audio.ts';

/** How many first bytes `audioType` wants to see: an MP3 frame and the beginning of the next. */
export const audioHeadBytes = 4096;

/** A sound file's format by its first bytes; what a file is called says nothing. */
export function audioType(head: Uint8Array): AudioFormat | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WAVE') return 'wav';
  if (ascii(0, 4) === 'fLaC') return 'flac';
  if (ascii(0, 3) === 'ID3' && head[3] < 0xff && head[4] < 0xff) return 'mp3';
  const frame = mp3Frame(head);
  // Two bytes are soon like a frame's; a second frame just where the first one ends is no chance.
  return frame && (frame.bytes + 4 > head.length || mp3Frame(head.subarray(frame.bytes))) ? 'mp3' : null;
}

/** What a file that holds sound, but none that is decoded here, is called; null for anything else. */
export function foreignAudio(head: Uint8Array): string | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (ascii(0, 4) === 'OggS') return 'Ogg (Vorbis or Opus)';
  if (ascii(0, 4) === 'FORM' && /^AIF[FC]$/.test(ascii(8, 12))) return 'AIFF';
  if (ascii(4, 8) === 'ftyp') return 'MPEG-4 (M4A, AAC)';
  if (head[0] === 0xff && (head[1] & 0xf6) === 0xf0) return 'AAC';
  if (ascii(0, 4) === '.snd') return 'AU';
  if (ascii(0, 4) === 'caff') return 'CAF';
  if (ascii(0, 5) === '#!AMR') return 'AMR';
  if (ascii(0, 4) === 'MThd') return 'MIDI, which is notes and no sound';
  if (head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3) return 'WebM or Matroska';
  if (head[0] === 0x30 && head[1] === 0x26 && head[2] === 0xb2 && head[3] === 0x75) return 'Windows Media (WMA)';
  return null;
}

/** Kilobits a second by layer III's four bits, of MPEG-1 and of MPEG-2 and 2.5 (ISO 11172-3, 13818-3). */
const bitRates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

/** An MPEG layer III frame's header; null where there is none. */
export function mp3Frame(bytes: Uint8Array): { rate: number; channels: number; bytes: number } | null {
  if (bytes.length < 4 || bytes[0] !== 0xff || (bytes[1] & 0xe0) !== 0xe0) return null;
  const version = (bytes[1] >> 3) & 3;
  const layer = (bytes[1] >> 1) & 3;
  const rateCode = (bytes[2] >> 2) & 3;
  if (version === 1 || layer !== 1 || rateCode === 3) return null;
  const kilobits = bitRates[version === 3 ? 1 : 2][bytes[2] >> 4];
  // 0 is "free format", which next to nobody writes; 15 is forbidden.
  if (!kilobits) return null;
  const rate = [44_100, 48_000, 32_000][rateCode] >> (version === 3 ? 0 : version === 2 ? 1 : 2);
  const padding = (bytes[2] >> 1) & 1;
  const perFrame = version === 3 ? 144 : 72;
  return {
    rate,
    channels: bytes[3] >> 6 === 3 ? 1 : 2,
    bytes: Math.floor((perFrame * kilobits * 1000) / rate) + padding,
  };
}

const byExtension: Record<string, AudioFormat | null> = {
  wav: 'wav',
  wave: 'wav',
  flac: 'flac',
  mp3: 'mp3',
  // Named like sounds, but not decoded here: they are listed as left out, not passed over in silence.
  ogg: null,
  oga: null,
  opus: null,
  m4a: null,
  aac: null,
  aif: null,
  aiff: null,
  wma: null,
  au: null,
};

const extension = (name: string): string => /\.([^./\\]+)$/.exec(name)?.[1].toLowerCase() ?? '';

/** The file's name claims that it is a sound. */
export const namedAudio = (name: string): boolean => extension(name) in byExtension;
/** The format that the name claims; null for none or one not read. */
export const claimedAudio = (name: string): AudioFormat | null => byExtension[extension(name)] ?? null;
