import type { ImageType } from './file-type.ts';
import { imageType } from './file-type.ts';

/** What decoding an image will come to, by its header. */
export interface PlainImage {
  type: ImageType;
  width: number;
  height: number;
  /** 1: grey, 3: colour. */
  channels: 1 | 3;
}

/**
 * Tells images of 8 bits in grey or RGB that are decoded just as they are stored: nothing to be turned, no profile, no transparency, one frame.
 * Null for all others, and wherever the header leaves a doubt; that what follows is whole is not looked at.
 */
export function plainImage(bytes: Uint8Array): PlainImage | null {
  switch (imageType(bytes)) {
    case 'jpeg':
      return plainJpeg(bytes);
    case 'png':
      return plainPng(bytes);
    default:
      return null;
  }
}

/** ITU-T T.81, B.1: markers with their lengths up to the first scan. EXIF, ICC profiles and Adobe's colours stand in APP1 to APP15. */
function plainJpeg(bytes: Uint8Array): PlainImage | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found: PlainImage | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    const length = view.getUint16(at + 2);
    switch (marker) {
      case 0xda: // SOS
        return found;
      case 0xc0: // SOF0 to SOF2: baseline, extended, progressive
      case 0xc1:
      case 0xc2: {
        if (found || length < 8 || at + 2 + length > bytes.length || bytes[at + 4] !== 8) return null;
        const channels = bytes[at + 9];
        if (channels !== 1 && channels !== 3) return null;
        found = { type: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels };
        break;
      }
      case 0xe0: // APP0: JFIF
      case 0xc4: // DHT
      case 0xdb: // DQT
      case 0xdd: // DRI
      case 0xfe: // COM
        break;
      default:
        return null;
    }
    at += 2 + length;
  }
  return null;
}

const plainChunks = new Set(['IHDR', 'sRGB', 'gAMA', 'cHRM', 'pHYs', 'tEXt', 'zTXt', 'tIME', 'bKGD']);

/** PNG, 5.3: chunks up to the first of the pixels. */
function plainPng(bytes: Uint8Array): PlainImage | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found: PlainImage | null = null;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === 'IDAT') return found;
    if (!plainChunks.has(name) || at + 12 + length > bytes.length) return null;
    if (name === 'IHDR') {
      const [depth, colour] = [bytes[at + 16], bytes[at + 17]];
      if (length !== 13 || depth !== 8 || (colour !== 0 && colour !== 2)) return null;
      found = {
        type: 'png',
        width: view.getUint32(at + 8),
        height: view.getUint32(at + 12),
        channels: colour === 0 ? 1 : 3,
      };
    }
    at += 12 + length;
  }
  return null;
}
