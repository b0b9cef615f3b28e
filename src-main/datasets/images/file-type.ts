import { isBmp } from './bmp.ts';

/** An image file's format by its first bytes; what a file is called says nothing. Only formats that are decoded as pixels (SVG is a program, and is not taken). */
export type ImageType = 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff' | 'avif' | 'heif' | 'bmp';

/** How many first bytes `imageType` wants to see. */
export const headBytes = 32;

export function imageType(head: Uint8Array): ImageType | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (head[0] === 0x89 && ascii(1, 8) === 'PNG\r\n\x1a\n') return 'png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return 'gif';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp';
  if (ascii(0, 4) === 'II*\0' || ascii(0, 4) === 'MM\0*') return 'tiff';
  if (isBmp(head)) return 'bmp';
  if (ascii(4, 8) === 'ftyp') {
    const brand = ascii(8, 12);
    if (brand === 'avif' || brand === 'avis') return 'avif';
    if (['heic', 'heix', 'mif1', 'msf1', 'heim', 'heis'].includes(brand)) return 'heif';
  }
  return null;
}

/** What a file that holds an image, but none that is decoded here, is called; null for anything else. */
export function foreignImage(head: Uint8Array): string | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (ascii(0, 4) === '\0\0\x01\0') return 'an icon (ICO)';
  if (ascii(0, 4) === '8BPS') return 'a Photoshop document';
  if (ascii(4, 8) === 'jP  ') return 'a JPEG 2000 image';
  if ((head[0] === 0xff && head[1] === 0x0a) || ascii(4, 8) === 'JXL ') return 'a JPEG XL image';
  if (ascii(0, 4) === 'v/1\x01') return 'an OpenEXR image';
  if (/^P[1-7][\s#]/.test(ascii(0, 3))) return 'a Netpbm image (PBM, PGM, PPM)';
  if (/^\s*(<\?xml|<svg)/.test(ascii(0, headBytes))) return 'a drawing (SVG)';
  return null;
}

const byExtension: Record<string, ImageType | null> = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  jpe: 'jpeg',
  jfif: 'jpeg',
  gif: 'gif',
  webp: 'webp',
  tif: 'tiff',
  tiff: 'tiff',
  avif: 'avif',
  heic: 'heif',
  heif: 'heif',
  bmp: 'bmp',
  dib: 'bmp',
  // Named like images, but not decoded here: they are listed as left out, not passed over in silence.
  ppm: null,
  pgm: null,
  pbm: null,
  exr: null,
  svg: null,
  ico: null,
  psd: null,
  jxl: null,
  jp2: null,
};

const extension = (name: string): string => /\.([^./\\]+)$/.exec(name)?.[1].toLowerCase() ?? '';

/** The file's name claims that it is an image. */
export const namedImage = (name: string): boolean => extension(name) in byExtension;
/** The format that the name claims; null for none or one not read. */
export const claimedType = (name: string): ImageType | null => byExtension[extension(name)] ?? null;
