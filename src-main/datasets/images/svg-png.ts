import sharp from 'sharp';

/** A standalone SVG document as PNG, at twice its pixels. */
export const svgPng = (svg: string): Promise<Uint8Array> => sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
