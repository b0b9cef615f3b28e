// node scripts/make-icons.mjs: draws resources/icons/icon.svg in every size and container the platforms want. Run after changing the drawing.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { root } from './setup/paths.mjs';

const folder = path.join(root, 'resources/icons');
const drawing = readFileSync(path.join(folder, 'icon.svg'));
const png = (size) => sharp(drawing, { density: 288 }).resize(size, size).png({ compressionLevel: 9 }).toBuffer();

/** Windows: a directory of PNG images. Sizes of 256 are written as 0. */
function ico(images) {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let at = head.length;
  images.forEach(({ size, data }, i) => {
    const entry = 6 + 16 * i;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(data.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += data.length;
  });
  return Buffer.concat([head, ...images.map(({ data }) => data)]);
}

/** macOS: four-letter types, each with its length, PNG inside. */
function icns(images) {
  const types = { 32: 'ic11', 64: 'ic12', 128: 'ic07', 256: 'ic08', 512: 'ic09', 1024: 'ic10' };
  const parts = images.map(({ size, data }) => {
    const head = Buffer.alloc(8);
    head.write(types[size], 'latin1');
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4);
  return Buffer.concat([head, ...parts]);
}

const sized = async (sizes) => Promise.all(sizes.map(async (size) => ({ size, data: await png(size) })));

for (const { size, data } of await sized([16, 32, 48, 64, 128, 256, 512]))
  writeFileSync(path.join(folder, `icon-${size}.png`), data);
writeFileSync(path.join(folder, 'icon.ico'), ico(await sized([16, 32, 48, 64, 128, 256])));
writeFileSync(path.join(folder, 'icon.icns'), icns(await sized([32, 64, 128, 256, 512, 1024])));
