import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { decodeAudio, heardAt, toInt16, toMono } from '../../../src-main/datasets/audio/decode.ts';
import { audioType } from '../../../src-main/datasets/audio/file-type.ts';
import { failure } from '../../support/data-import.ts';
import { tone, wav, type WavForm } from '../../support/data-sounds.ts';

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../fixtures/audio', name));
const apart = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

/** The fixtures' tones, as make.py has them. */
const tones = [
  [440, 0.5],
  [1000, 0.25],
].map(([hertz, level]) =>
  Float32Array.from({ length: 8000 }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / 16000)),
);

describe('WAV', () => {
  const left = tone({ hertz: 300 });
  const right = tone({ hertz: 700, level: 0.9 });
  const forms: [string, WavForm, number][] = [
    ['8 bits', { width: 1 }, 1 / 128],
    ['16 bits', { width: 2 }, 1 / 2 ** 15],
    ['24 bits', { width: 3 }, 1 / 2 ** 23],
    ['32 bits', { width: 4 }, 1 / 2 ** 24],
    ['32-bit floats', { width: 4, float: true }, 0],
    ['64-bit floats', { width: 8, float: true }, 0],
    ['24 bits, extensible', { width: 3, extensible: true }, 1 / 2 ** 23],
    ['floats, extensible', { width: 4, float: true, extensible: true }, 0],
  ];
  it.each(forms)('of %s is read to its own precision', async (_, form, precision) => {
    const sound = await decodeAudio(wav([left, right], { rate: 11_025, ...form }), 'x.wav');
    expect(sound).toMatchObject({ rate: 11_025, format: 'wav' });
    expect(sound.channels).toHaveLength(2);
    expect(apart(sound.channels[0], left)).toBeLessThanOrEqual(precision);
    expect(apart(sound.channels[1], right)).toBeLessThanOrEqual(precision);
  });

  it('written by libsndfile with 24 bits is read', async () => {
    const { rate, channels } = await decodeAudio(fixture('tones24.wav'), 'x.wav');
    expect(rate).toBe(16_000);
    tones.forEach((own, c) => expect(apart(channels[c], own)).toBeLessThan(2 ** -22));
  });

  // As SoX 14.4.2 decodes the bytes 0, 17, 34, … 255, and the sum of the magnitudes of all 256.
  const laws: [string, number, number[], number][] = [
    [
      'A-law',
      6,
      [-5504, -2624, -24064, -11520, -280, -8, -1248, -592, 7552, 3648, 32256, 15616, 408, 136, 1760, 848],
      1_564_672,
    ],
    [
      'µ-law',
      7,
      [-32124, -15484, -7420, -3516, -1628, -716, -276, -64, 23932, 11388, 5372, 2492, 1116, 460, 148, 0],
      1_532_928,
    ],
  ];
  it.each(laws)('of %s is read as G.711 has it', async (_, tag, some, sum) => {
    const bytes = wav([new Float32Array(256)], { width: 1, claims: { tag } });
    bytes.set(
      Array.from({ length: 256 }, (__, i) => i),
      bytes.length - 256,
    );
    const [channel] = (await decodeAudio(bytes, 'x.wav')).channels;
    const values = Array.from(channel, (value) => value * 2 ** 15);
    expect(values.filter((__, i) => i % 17 === 0).map((value) => value + 0)).toEqual(some);
    expect(values.reduce((all, value) => all + Math.abs(value), 0)).toBe(sum);
    expect(values.reduce((all, value) => all + value, 0)).toBe(0);
  });

  it('is read past chunks that say nothing of the sound, odd ones too', async () => {
    const before = Buffer.concat([Buffer.from('LIST'), Buffer.from([3, 0, 0, 0]), Buffer.from('abc\0')]);
    const { channels } = await decodeAudio(wav([left], { before }), 'x.wav');
    expect(channels[0]).toHaveLength(left.length);
  });

  it.each([0, 0xffff_ffff])('that was streamed, its size left at %i, goes to its end', async (data) => {
    const { channels } = await decodeAudio(wav([left], { claims: { data } }), 'x.wav');
    expect(apart(channels[0], left)).toBeLessThanOrEqual(1 / 2 ** 15);
  });

  const bad: [string, Buffer, string][] = [
    ['cut off', wav([left]).subarray(0, 200), 'audio_damaged'],
    ['without data', wav([left]).subarray(0, 36), 'audio_damaged'],
    ['without a sample', wav([new Float32Array(0)]), 'audio_empty'],
    ['of no channels', wav([left], { claims: { channels: 0 } }), 'audio_damaged'],
    ['of 65,535 channels', wav([left], { claims: { channels: 65_535 } }), 'audio_damaged'],
    ['of a rate of 0', wav([left], { claims: { rate: 0 } }), 'audio_damaged'],
    ['of 3 bytes for 2 channels', wav([left, right], { claims: { block: 3 } }), 'audio_damaged'],
    ['of ADPCM', wav([left], { claims: { tag: 17 } }), 'audio_unsupported'],
    ['of NaN', wav([Float32Array.of(0, NaN)], { width: 4, float: true }), 'audio_damaged'],
    ['longer than ten minutes', wav([new Float32Array(600_001)], { rate: 1000, width: 1 }), 'audio_too_long'],
  ];
  it.each(bad)('%s is refused by name', async (_, bytes, code) => {
    const error = await failure(decodeAudio(bytes, 'a/x.wav'));
    expect(error.code).toBe(code);
    expect(error.message).toContain('a/x.wav');
  });
});

describe('FLAC', () => {
  it.each([
    ['tones.flac', 2 ** -15],
    ['tones24.flac', 2 ** -22],
  ])('%s is read to its own precision', async (name, precision) => {
    const { rate, channels, format } = await decodeAudio(fixture(name), name);
    expect({ rate, format, channels: channels.length }).toEqual({ rate: 16_000, format: 'flac', channels: 2 });
    tones.forEach((own, c) => expect(apart(channels[c], own)).toBeLessThan(precision));
  });

  it('that was cut off is refused', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const bytes = fixture('tones.flac');
    for (const length of [20, 60, bytes.length >> 1, bytes.length - 100]) {
      const error = await failure(decodeAudio(bytes.subarray(0, length), 'x.flac'));
      expect(error.code, String(length)).toBe('audio_damaged');
    }
  });

  it('that says it is vast is refused before anything is decoded', async () => {
    const bytes = Buffer.from(fixture('tones.flac'));
    bytes.writeUInt32BE(0xffff_ffff, 22);
    expect(await failure(decodeAudio(bytes, 'x.flac'))).toMatchObject({ code: 'audio_too_long' });
  });
});

describe('MP3', () => {
  it('is read whole, without the encoder’s padding', async () => {
    const { rate, channels, format } = await decodeAudio(fixture('tones.mp3'), 'x.mp3');
    expect({ rate, format, channels: channels.length }).toEqual({ rate: 16_000, format: 'mp3', channels: 2 });
    tones.forEach((own, c) => {
      expect(channels[c]).toHaveLength(own.length);
      // Lossy: what differs is 27 dB below the tone.
      const energy = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);
      const difference = own.map((value, i) => value - channels[c][i]);
      expect(energy(difference) / energy(own)).toBeLessThan(2e-3);
    });
  });

  it('with an ID3 tag before it is told and read', async () => {
    const tag = Buffer.concat([Buffer.from('ID3'), Buffer.from([4, 0, 0, 0, 0, 1, 0]), Buffer.alloc(128)]);
    const { channels } = await decodeAudio(Buffer.concat([tag, fixture('tones.mp3')]), 'x.mp3');
    expect(channels[0]).toHaveLength(8000);
  });
});

describe('what is no sound', () => {
  it.each([
    ['text', 'not_audio', Buffer.from('not a sound at all, but long enough to be looked at')],
    ['a picture', 'not_audio', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a video', 'unread_format', Buffer.from('RIFF\0\0\0\0AVI LIST')],
    [
      'two bytes like an MP3 frame',
      'not_audio',
      Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(1000)]),
    ],
  ])('%s is refused', async (_, code, bytes) => {
    expect(audioType(bytes)).toBeNull();
    expect(await failure(decodeAudio(bytes, 'x.wav'))).toMatchObject({ code });
  });
});

describe('a sound as it is trained on', () => {
  it('is the mean of its channels, in whole numbers, clipped', () => {
    const channels = [Float32Array.of(0.5, 1.5, -3), Float32Array.of(0, 1.5, -1)];
    expect(toMono({ rate: 8000, channels })).toEqual(Float32Array.of(0.25, 1.5, -2));
    expect(toInt16(Float32Array.of(0.25, 1.5, -2, -1, 0))).toEqual(Int16Array.of(8192, 32_767, -32_768, -32_768, 0));
  });

  it('is bit for bit what a 16-bit file of its rate holds', async () => {
    const own = toInt16(tone({ seconds: 0.5 }));
    const file = wav([Float32Array.from(own, (value) => value / 32_768)]);
    expect(heardAt(await decodeAudio(file, 'x.wav'), 8000)).toEqual(own);
  });
});
