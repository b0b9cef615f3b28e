import { describe, expect, it } from 'vitest';
import { writeBlob } from '../../../src-main/datasets/blobs.ts';
import { checkLeaks, type LeakContext } from '../../../src-main/datasets/leaks/check.ts';
import { jaccard, shingles } from '../../../src-main/datasets/leaks/elements.ts';
import { nearImages } from '../../../src-main/datasets/leaks/near-images.ts';
import { places, resemblance, signature } from '../../../src-main/datasets/leaks/minhash.ts';
import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { LeakPair } from '../../../src-main/shared/leaks.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { changedPicture, picture, pictureSide as side } from '../../support/data-lookalikes.ts';
import { dataFolder, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';

const leakContext = (): LeakContext => ({ ...quietContext(), pause: () => Promise.resolve() });

const words = Array.from({ length: 900 }, (_, i) => {
  const random = new Random(i + 1);
  return Array.from(
    { length: 2 + random.below(3) },
    () => 'bcdfglmnprst'[random.below(12)] + 'aeiou'[random.below(5)],
  ).join('');
});
const sentence = (random: Random) =>
  Array.from({ length: 12 + random.below(20) }, () => words[random.below(900)]).join(' ');

/** One to three words changed, dropped, doubled, misspelt, or the case and the signs between. */
function edited(text: string, random: Random): string {
  const all = text.split(' ');
  for (let edits = 1 + random.below(all.length < 18 ? 2 : 3); edits > 0; edits--) {
    const at = random.below(all.length);
    const word = all[at];
    switch (random.below(4)) {
      case 0:
        all[at] = words[random.below(900)];
        break;
      case 1:
        all.splice(at, 1);
        break;
      case 2:
        all[at] = `${word.slice(0, 1)}x${word.slice(1)}`;
        break;
      default:
        all[at] = `${word.toUpperCase()}!`;
    }
  }
  return all.join(' ');
}

/** Which share of the plants was found, and which share of what was found is a plant. */
function scores(pairs: readonly LeakPair[], plants: ReadonlyMap<number, number>) {
  const right = pairs.filter(({ held, other }) => plants.get(held) === other || plants.get(other) === held);
  return { recall: new Set(right.map(({ held }) => held)).size / plants.size, precision: right.length / pairs.length };
}

describe('near-copies of texts', () => {
  it('are found among others, with few false ones', async () => {
    const random = new Random(3);
    const texts = Array.from({ length: 1200 }, () => sentence(random));
    const originals = Array.from({ length: 150 }, (_, i) => i * 7);
    const lines = [
      ...texts.map((text, i) => `train\t${i % 2}\t${text}`),
      ...originals.map((i) => `test\t${i % 2}\t${edited(texts[i], random)}`),
      ...Array.from({ length: 150 }, (_, i) => `test\t${i % 2}\t${sentence(random)}`),
    ];
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'texts.tsv': `part\tlabel\ttext\n${lines.join('\n')}\n` });
    const { manifest } = await importFrom(folder, ['texts.tsv'], { target: 'label' });
    const split = Uint8Array.from(lines, (line) => (line.startsWith('test') ? 2 : 0));
    const divided = { ...manifest, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
    const { report } = await checkLeaks(folder.blobs, divided, {}, leakContext());
    const near = report.findings.find(({ kind }) => kind === 'near')!;
    const { recall, precision } = scores(near.pairs, new Map(originals.map((i, k) => [1200 + k, i])));
    expect(near.pairCount).toBe(near.pairs.length);
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(precision).toBeGreaterThanOrEqual(0.9);
  });

  it('have signatures that estimate what is counted', () => {
    const random = new Random(9);
    const both = new Int32Array(places * 2);
    let off = 0;
    for (let i = 0; i < 60; i++) {
      const text = sentence(random);
      const [a, b] = [shingles(text), shingles(edited(edited(text, random), random))];
      signature(a, both, 0);
      signature(b, both, places);
      off += Math.abs(resemblance(both, 0, both, places) - jaccard(a, b)) / 60;
    }
    // The mean error of a mean of 128 coins is at most 0.8 · 0.5/√128.
    expect(off).toBeLessThan(0.045);
  });

  it('count shingles as sets do', () => {
    const [a, b] = ['The same words, set otherwise.', 'the SAME words set differently'];
    const set = (text: string) => {
      const plain = text
        .toLowerCase()
        .replace(/[^a-z]+/g, ' ')
        .trim();
      return new Set(Array.from({ length: plain.length - 3 }, (_, i) => plain.slice(i, i + 4)));
    };
    const [x, y] = [set(a), set(b)];
    const common = [...x].filter((each) => y.has(each)).length;
    expect(jaccard(shingles(a), shingles(b))).toBeCloseTo(common / (x.size + y.size - common), 12);
  });
});

it('near-copies of rows agree in what is rare, not in what all have', async () => {
  const random = new Random(4);
  const row = () => [
    ...Array.from({ length: 5 }, () => 'xyz'[random.below(3)]),
    ...Array.from({ length: 6 }, () => String(random.below(100_000))),
  ];
  const rows = Array.from({ length: 400 }, row);
  const copies = Array.from({ length: 40 }, (_, i) => rows[i * 9].with(random.below(5), 'w'));
  // The same in all that has few values: alike by chance.
  const others = Array.from({ length: 40 }, (_, i) => [...rows[i * 9].slice(0, 5), ...row().slice(5)]);
  const all = [...rows, ...copies, ...others];
  const folder = await dataFolder();
  const header = ['a', 'b', 'c', 'd', 'e', 'u', 'v', 'w', 'p', 'q', 'r', 'label'].join(',');
  await writeFiles(folder.path, {
    'rows.csv': `${header}\n${all.map((each, i) => [...each, i % 2].join(',')).join('\n')}\n`,
  });
  const { manifest } = await importFrom(folder, ['rows.csv'], { target: 'label' });
  const split = Uint8Array.from(all, (_, i) => (i < 400 ? 0 : 1));
  const divided = { ...manifest, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
  const { report } = await checkLeaks(folder.blobs, divided, {}, leakContext());
  const near = report.findings.find(({ kind }) => kind === 'near')!;
  const { recall, precision } = scores(near.pairs, new Map(copies.map((_, i) => [400 + i, i * 9])));
  expect(recall).toBeGreaterThanOrEqual(0.9);
  expect(precision).toBeGreaterThanOrEqual(0.9);
});

it('near-copies of rows may be of another time and of someone else, and columns that are not learnt from say nothing', async () => {
  const random = new Random(11);
  const day = (i: number) => `2024-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`;
  const row = () => Array.from({ length: 8 }, (_, k) => String(random.below(k < 4 ? 6 : 900)));
  const rows = Array.from({ length: 300 }, row);
  const all = [...rows, ...rows.slice(0, 30), ...Array.from({ length: 60 }, row)];
  const lines = all.map((each, i) =>
    [`household ${(i * 7) % 210}`, `N${i}-${i}`, day(i * 5 + Number(i > 299)), ...each, i % 2].join(','),
  );
  const folder = await dataFolder();
  const header = ['household', 'name', 'recorded', 'a', 'b', 'c', 'd', 'p', 'q', 'r', 's', 'label'].join(',');
  await writeFiles(folder.path, { 'rows.csv': `${header}\n${lines.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['rows.csv'], { target: 'label' });
  const split = Uint8Array.from(all, (_, i) => (i < 300 ? 0 : 2));
  const divided = { ...manifest, blobs: { ...manifest.blobs, split: await writeBlob(folder.blobs, split) } };
  const { report } = await checkLeaks(folder.blobs, divided, {}, leakContext());
  const near = report.findings.find(({ kind }) => kind === 'near')!;
  const { recall, precision } = scores(near.pairs, new Map(Array.from({ length: 30 }, (_, i) => [300 + i, i])));
  expect([recall, precision]).toEqual([1, 1]);
  // Of the households more than every second row is the first of its own; that they are told apart by says their name.
  expect(report.findings.find(({ kind }) => kind === 'groups')).toMatchObject({ column: 'household', suggested: true });
});

describe('near-copies of images', () => {
  it('a little blurred, brightened or cropped are found, with few false ones', async () => {
    const random = new Random(2);
    const train = Array.from({ length: 400 }, () => picture(random));
    const copies = await Promise.all(Array.from({ length: 60 }, (_, i) => changedPicture(train[i * 5], i % 3, random)));
    const others = Array.from({ length: 60 }, () => picture(random));
    const all = [...train, ...copies, ...others];
    const { blobs } = await dataFolder();
    const images = await writeBlob(blobs, Buffer.concat(all));
    const manifest = {
      kind: 'images',
      samples: all.length,
      image: { height: side, width: side, channels: 1 },
      blobs: { images, split: images },
    } as Manifest;
    const split = Uint8Array.from(all, (_, i) => (i < 400 ? 0 : 1 + (i % 2)));
    const pause = () => Promise.resolve();
    const search = { rank: split, isExact: () => false, progress: () => undefined, pause };
    const { pairs, checked } = await nearImages(blobs, manifest, search);
    expect(checked).toBe(120);
    const { recall, precision } = scores(pairs, new Map(copies.map((_, i) => [400 + i, i * 5])));
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(precision).toBeGreaterThanOrEqual(0.9);
  });
});
