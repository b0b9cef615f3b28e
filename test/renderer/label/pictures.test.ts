import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import { Pictures } from '../../../src-renderer/features/label/objects/pictures.svelte.ts';
import { ShownSamples } from '../../../src-renderer/features/label/shown-samples.svelte.ts';
import { fakeBridge } from '../fake-bridge.ts';

interface Image {
  width: number;
  height: number;
  sample: number;
  closed: boolean;
  close(): void;
}

/** Pictures of 4,000 × 3,000; their first byte says whose they are. */
const made: Image[] = [];
vi.mock('../../../src-renderer/features/label/picture-decoder.ts', () => ({
  pictureDecoder: {
    decode: (bytes: Uint8Array, _turn: boolean, across = 4000) => {
      const image: Image = {
        ...{ width: across, height: (across * 3) / 4, sample: bytes[0], closed: false },
        close: () => void (image.closed = true),
      };
      made.push(image);
      return Promise.resolve([image]);
    },
  },
}));

const version = 'v' as VersionId;
const manifest = {
  columns: [],
  image: { width: 2, height: 2, channels: 1 },
  blobs: { originals: 'x' },
} as unknown as Manifest;
const bridge = () =>
  fakeBridge({
    'datasets.original': ({ sample }: { sample: number }) => ({
      ...{ bytes: Uint8Array.of(sample), turn: false, width: 4000, height: 3000 },
    }),
    'datasets.pick': () => ({ pixels: new Uint8Array(4) }),
  });
const files = (asked: [string, unknown][]) =>
  asked.flatMap(([channel, input]) => (channel === 'datasets.original' ? [(input as { sample: number }).sample] : []));

beforeEach(() => void made.splice(0));

describe('pictures on which objects are drawn', () => {
  it('are there before their turn, the one before too, and go when they are far', async () => {
    const through = bridge();
    const pictures = new Pictures(through);
    pictures.use(version, manifest);
    await pictures.want([5, 6, 4, 7]);
    expect([4, 5, 6, 7].every((sample) => pictures.of(sample))).toBe(true);
    expect(files(through.asked)).toEqual([5, 6, 4, 7]);
    const front = pictures.of(6);
    await pictures.want([6, 7, 5, 8]);
    expect(pictures.of(6)).toBe(front);
    expect(files(through.asked)).toEqual([5, 6, 4, 7, 8]);
    expect(pictures.of(4)).toBeUndefined();
    expect(made.filter(({ closed }) => closed).map(({ sample }) => sample)).toEqual([4]);
  });
  it('no longer come when another one is looked at meanwhile', async () => {
    const through = bridge();
    const pictures = new Pictures(through);
    pictures.use(version, manifest);
    await Promise.all([pictures.want([0, 1, 2, 3]), pictures.want([50, 51])]);
    expect(files(through.asked)).toEqual([0, 50, 51]);
  });
  it('are no more than there is room for', async () => {
    const through = bridge();
    const pictures = new Pictures(through);
    pictures.use(version, manifest);
    // Of 48 MB each.
    await pictures.want(Array.from({ length: 40 }, (_, i) => i));
    const held = Array.from({ length: 40 }, (_, i) => pictures.of(i)).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(4);
    expect(held).toBeLessThanOrEqual(10);
  });
});

describe('samples on their way to the stage', () => {
  it('have their files, the one in front first, and keep a few of them', async () => {
    const through = bridge();
    const samples = new ShownSamples(through);
    samples.use(version, manifest);
    for (let at = 0; at < 20; at++) await samples.want([at, at + 1, at + 2]);
    expect(files(through.asked).slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(made.every(({ width }) => width === 2400)).toBe(true);
    expect([19, 20, 21].every((sample) => samples.whole(sample)?.sharp)).toBe(true);
    expect(made.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(8);
    // Looked at again it has its file again.
    await samples.want([0]);
    expect(samples.whole(0)?.sharp).toBeTruthy();
  });
  it('have none where objects are drawn on pictures of their own', async () => {
    const through = bridge();
    const samples = new ShownSamples(through);
    samples.use(version, manifest);
    await samples.want([0, 1], false);
    expect(samples.whole(0)?.pixels).toHaveLength(4);
    expect(files(through.asked)).toEqual([]);
    await samples.want([0, 1]);
    expect(files(through.asked)).toEqual([0, 1]);
  });
});
