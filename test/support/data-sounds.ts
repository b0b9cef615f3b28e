/** A sound: samples of each channel, -1…1. */
export interface Tone {
  hertz?: number;
  seconds?: number;
  rate?: number;
  level?: number;
  channels?: number;
}

/** A sine with a slow fade, so that no two pieces of it are alike. */
export function tone({ hertz = 440, seconds = 0.1, rate = 8000, level = 0.5 }: Tone = {}): Float32Array {
  const samples = new Float32Array(Math.round(seconds * rate));
  for (let i = 0; i < samples.length; i++) {
    samples[i] = level * (1 - i / (2 * samples.length)) * Math.sin((2 * Math.PI * hertz * i) / rate);
  }
  return samples;
}

export interface WavForm {
  rate?: number;
  /** Bytes of a sample. */
  width?: 1 | 2 | 3 | 4 | 8;
  float?: boolean;
  extensible?: boolean;
  /** What the headers claim, where that is not so. */
  claims?: { data?: number; rate?: number; channels?: number; block?: number; tag?: number };
  /** Chunks before the data. */
  before?: Uint8Array;
}

/** A WAV file of these channels. */
export function wav(channels: Float32Array[], form: WavForm = {}): Buffer {
  const { rate = 8000, width = 2, float = false, extensible = false, claims = {}, before } = form;
  const block = width * channels.length;
  const format = Buffer.alloc(extensible ? 48 : 24);
  format.write('fmt ');
  format.writeUInt32LE(format.length - 8, 4);
  format.writeUInt16LE(claims.tag ?? (extensible ? 0xfffe : float ? 3 : 1), 8);
  format.writeUInt16LE(claims.channels ?? channels.length, 10);
  format.writeUInt32LE(claims.rate ?? rate, 12);
  format.writeUInt32LE(rate * block, 16);
  format.writeUInt16LE(claims.block ?? block, 20);
  format.writeUInt16LE(width * 8, 22);
  if (extensible) {
    format.writeUInt16LE(22, 24);
    format.writeUInt16LE(width * 8, 26);
    Buffer.from([float ? 3 : 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]).copy(format, 32);
  }
  const data = Buffer.alloc(block * channels[0].length);
  channels[0].forEach((_, i) =>
    channels.forEach((channel, c) => writeSample(data, (i * channels.length + c) * width, channel[i], width, float)),
  );
  const header = Buffer.alloc(8);
  header.write('data');
  header.writeUInt32LE(claims.data ?? data.length, 4);
  const body = Buffer.concat([Buffer.from('WAVE'), before ?? Buffer.alloc(0), format, header, data]);
  const riff = Buffer.alloc(8);
  riff.write('RIFF');
  riff.writeUInt32LE(body.length, 4);
  return Buffer.concat([riff, body]);
}

function writeSample(to: Buffer, at: number, value: number, width: number, float: boolean): void {
  if (float) {
    if (width === 8) to.writeDoubleLE(value, at);
    else to.writeFloatLE(value, at);
    return;
  }
  const most = 2 ** (8 * width - 1);
  const whole = Math.max(-most, Math.min(most - 1, Math.round(value * most)));
  if (width === 1) to.writeUInt8(whole + 128, at);
  else to.writeIntLE(whole, at, width);
}

/** A class folder each for some tones, `count` files of each, under `folder`. */
export function toneFolders(folder: string, hertz: readonly number[], count: number): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (const pitch of hertz) {
    for (let i = 0; i < count; i++) {
      const level = 0.2 + (0.6 * i) / count;
      // A little off, and of different lengths: no two are the same.
      const sound = tone({ hertz: pitch * (1 + i / (50 * count)), seconds: 0.1 + 0.005 * (i % 5), level });
      files[`${folder}/${pitch}/${i}.wav`] = wav([sound]);
    }
  }
  return files;
}
