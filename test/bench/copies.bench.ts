// How many copies of pictures are found that were changed a little, and how many of the pairs found are copies: a share of a set is changed in one of six
// ways (made smaller and large again, JPEG of quality 40 to 89, cropped by up to 4 % on each side, brightened, blurred, noisy) and put behind it, then
// every picture is compared with every other. Counted against what was planted alone: sets have look-alikes of their own, which count as false.
//   npm run bench -- copies             BENCH_IMAGES=<folder of IDX files, or a folder of images>  BENCH_COUNT=10000  BENCH_FROM=30000 (the first one)
//                                       BENCH_COPIES=0.05 (the share)  BENCH_SEEDS=1,2
// Images are Fashion-MNIST of Debian's package dataset-fashion-mnist where nothing is said. What is not there is left out.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import { readPixels } from '../../src-main/datasets/images/pixels.ts';
import { importDataset } from '../../src-main/datasets/import.ts';
import { nearImages } from '../../src-main/datasets/leaks/near-images.ts';
import type { ImageShape, Manifest } from '../../src-main/shared/dataset.ts';
import { Random } from '../../src-main/shared/random.ts';

const images = process.env.BENCH_IMAGES ?? '/usr/share/datasets/fashion-mnist';
const count = Number(process.env.BENCH_COUNT ?? 10_000);
const first = Number(process.env.BENCH_FROM ?? 30_000);
const share = Number(process.env.BENCH_COPIES ?? 0.05);
const seeds = (process.env.BENCH_SEEDS ?? '1,2').split(',').map(Number);

const ways = ['made smaller', 'JPEG', 'cropped', 'brightened', 'blurred', 'noisy'] as const;
type Way = (typeof ways)[number];

async function changed(
  pixels: Uint8Array,
  { width, height, channels }: ImageShape,
  way: Way,
  random: Random,
): Promise<Uint8Array> {
  const opened = (bytes: Uint8Array, w = width, h = height) =>
    sharp(bytes, { raw: { width: w, height: h, channels: channels as 1 | 3 } });
  const closed = (image: Sharp) =>
    image
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
  switch (way) {
    case 'made smaller': {
      const factor = 0.6 + random.uniform() * 0.3;
      const [w, h] = [Math.round(width * factor), Math.round(height * factor)];
      const small = await closed(opened(pixels).resize(w, h, { fit: 'fill' }));
      return closed(opened(small, w, h).resize(width, height, { fit: 'fill' }));
    }
    case 'JPEG': {
      const image = opened(pixels).toColourspace(channels === 1 ? 'b-w' : 'srgb');
      return closed(sharp(await image.jpeg({ quality: 40 + random.below(50) }).toBuffer()));
    }
    case 'cropped': {
      const cuts = Array.from({ length: 4 }, () => Math.round(random.uniform() * 0.04 * width));
      const [left, top, right, bottom] = cuts.some(Boolean) ? cuts : [1, 0, 0, 0];
      const [w, h] = [width - left - right, height - top - bottom];
      const part = await closed(opened(pixels).extract({ left, top, width: w, height: h }));
      return closed(opened(part, w, h).resize(width, height, { fit: 'fill' }));
    }
    case 'brightened':
      return closed(opened(pixels).linear(0.75 + random.uniform() * 0.5, random.uniform() * 50 - 25));
    case 'blurred':
      return closed(opened(pixels).blur(0.6 + random.uniform() * 0.6));
    case 'noisy':
      return pixels.map((value) => Math.max(0, Math.min(255, Math.round(value + 6 * random.normal()))));
  }
}

async function planted(blobs: string, base: Manifest, random: Random) {
  const shape = base.image!;
  const size = shape.height * shape.width * shape.channels;
  const from = Math.min(first, Math.max(0, base.samples - count));
  const samples = Int32Array.from({ length: Math.min(count, base.samples - from) }, (_, i) => from + i);
  const bytes = await readPixels(blobs, base, samples);
  const all = Array.from(samples, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  const known = new Set(all.map((each) => Buffer.from(each).toString('latin1')));
  const copies: { of: number; way: Way }[] = [];
  for (let tries = 0; copies.length < share * samples.length && tries < samples.length; tries++) {
    const [of, way] = [random.below(samples.length), ways[copies.length % ways.length]];
    const copy = await changed(all[of], shape, way, random);
    // A picture that nothing came of is an exact copy.
    const text = Buffer.from(copy).toString('latin1');
    if (known.has(text)) continue;
    known.add(text);
    copies.push({ of, way });
    all.push(copy);
  }
  const { parts: _, ...rest } = base;
  const stored = { images: await writeBlob(blobs, Buffer.concat(all)), split: base.blobs.split };
  return { manifest: { ...rest, samples: all.length, blobs: stored } as Manifest, all, copies, own: samples.length };
}

async function measure(name: string, blobs: string, base: Manifest, seed: number): Promise<void> {
  const { manifest, all, copies, own } = await planted(blobs, base, new Random(seed));
  const originOf = (sample: number): number => (sample < own ? sample : copies[sample - own].of);
  const before = process.cpuUsage();
  const { pairs } = await nearImages(blobs, manifest, {
    rank: Int32Array.from(all, (_, sample) => sample),
    isExact: (a, b) => Buffer.compare(all[a], all[b]) === 0,
    progress: () => undefined,
    pause: () => Promise.resolve(),
  });
  const { user, system } = process.cpuUsage(before);
  const right = pairs.filter(({ held, other }) => originOf(held) === originOf(other));
  const found = new Set(right.map(({ held }) => held));
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const recallOf = (way?: Way): number => {
    const wanted = copies.flatMap((copy, i) => (way === undefined || copy.way === way ? [own + i] : []));
    return wanted.filter((sample) => found.has(sample)).length / wanted.length;
  };
  console.log(
    `${name}, seed ${seed}: ${own.toLocaleString('en')} pictures and ${copies.length} copies: recall ${percent(recallOf())}, ` +
      `precision ${percent(right.length / pairs.length)}, ${((user + system) / 1000 / all.length).toFixed(2)} ms of processor time an image`,
  );
  console.log(`  ${ways.map((way) => `${way} ${percent(recallOf(way))}`).join(', ')}`);
}

if (!existsSync(images)) {
  console.log('Images: not here, left out');
} else {
  const path = mkdtempSync(join(tmpdir(), 'atelier-copies-'));
  try {
    const blobs = join(path, 'blobs');
    const idx = readdirSync(images).filter((name) => /^train-.*idx\d-ubyte(\.gz)?$/.test(name));
    const paths = idx.length === 2 ? idx.map((name) => join(images, name)) : [images];
    const quiet = { progress: () => undefined, signal: new AbortController().signal };
    const { manifest } = await importDataset({ blobs, paths, splitSeed: 1 }, quiet);
    const { width, height, channels } = manifest.image!;
    for (const seed of seeds) await measure(`${width} × ${height} × ${channels}`, blobs, manifest, seed);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
