import { describe, expect, it } from 'vitest';
import { int32s, readBlob } from '../../../src-main/datasets/blobs.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { failure } from '../../support/data-import.ts';
import { recipeOf, tableOf } from '../../support/recipes.ts';

const random = new Random(8);
const letters = 'abcdefghijklmnopqrstuvwxyz';
const word = () => Array.from({ length: 4 + random.below(5) }, () => letters[random.below(26)]).join('');
const text = () => Array.from({ length: 14 }, word).join(' ');
/** One word in another's place, and other signs. */
const edited = (original: string) => {
  const words = original.split(' ');
  words[random.below(words.length)] = word();
  return `${words.join(', ')}!`;
};

/** 300 rows; the last 60 are test. Each planted copy: of which row, at which place. */
const originals = Array.from({ length: 300 }, text);
const planted: [of: number, at: number][] = [
  ...Array.from({ length: 30 }, (_, i): [number, number] => [i, 100 + i]),
  // Of a row of test: the training row goes, though it stands first.
  ...Array.from({ length: 10 }, (_, i): [number, number] => [150 + i, 250 + i]),
  // Both of test: both stay.
  ...Array.from({ length: 5 }, (_, i): [number, number] => [270 + i, 280 + i]),
];
const texts = [...originals];
for (const [of, at] of planted) texts[at] = edited(texts[of]);
const table = { names: ['note', 'label'], rows: texts.map((note, i) => [note, i % 2 ? 'a' : 'b']) };

describe('near-duplicates', () => {
  it('go out of training, and validation and test keep their rows', async () => {
    const { blobs, manifest, revise } = await tableOf(table, 'label', { train: 240 });
    const { manifest: next } = await revise(recipeOf(['near-duplicates', {}]), manifest);
    const rows = new Set(int32s(await readBlob(blobs, next.blobs.rows!)));
    const gone = texts.flatMap((_, i) => (rows.has(i) ? [] : [i]));
    expect(gone).toEqual([
      ...Array.from({ length: 30 }, (_, i) => 100 + i),
      ...Array.from({ length: 10 }, (_, i) => 150 + i),
    ]);
  });

  it('are none where only the same counts, or where texts are short', async () => {
    const { manifest, revise } = await tableOf(table, 'label', { train: 240 });
    expect((await revise(recipeOf(['near-duplicates', { likeness: 1 }]), manifest)).manifest.samples).toBe(300);
    const short = { names: ['note', 'label'], rows: table.rows.map(([, label], i) => [i % 3 ? 'ok' : 'yes', label]) };
    const other = await tableOf(short, 'label', { train: 240 });
    expect((await other.revise(recipeOf(['near-duplicates', {}]), other.manifest)).manifest.samples).toBe(300);
  });

  it('leave copies of rows that stay, and need texts', async () => {
    const { manifest, revise } = await tableOf(table, 'label', { train: 240 });
    const lone = await revise(recipeOf(['near-duplicates', {}]), manifest);
    const copies = await revise(recipeOf(['rebalance', {}], ['near-duplicates', {}], ['rebalance', {}]), manifest);
    expect(copies.manifest.samples).toBeGreaterThanOrEqual(lone.manifest.samples);
    const numbers = { names: ['n', 'label'], rows: table.rows.map(([, label], i) => [String(i % 40), label]) };
    const other = await tableOf(numbers, 'label', { train: 240 });
    const error = await failure(other.revise(recipeOf(['near-duplicates', {}]), other.manifest));
    expect([error.code, error.message]).toEqual(['invalid_settings', expect.stringContaining('no column of texts')]);
  });
});
