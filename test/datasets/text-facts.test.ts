import { describe, expect, it } from 'vitest';
import type { TextFacts } from '../../src-main/shared/dataset.ts';
import { reviseDataset } from '../../src-main/datasets/revise.ts';
import { wordsOf } from '../../src-main/shared/words.ts';
import { lowercase } from '../../src-main/tokenizers/letters.ts';
import { dataFolder, importFrom, writeFiles } from '../support/data-import.ts';
import { columnAt, quoted, reviewVersion } from '../support/data-texts.ts';
import { hostileTexts } from '../support/texts.ts';

const share = (sorted: number[], part: number): number => sorted[Math.ceil(sorted.length * part) - 1];

describe('a column of texts', () => {
  it('is told by its length, and is a feature', async () => {
    const { manifest } = await reviewVersion();
    expect(manifest.columns.map(({ name, type, role }) => [name, type, role])).toEqual([
      ['feeling', 'category', 'target'],
      ['review', 'text', 'feature'],
    ]);
    expect(manifest.notes.map(({ code }) => code)).toEqual(['dialect']);
  });

  it('has lengths and a vocabulary, counted as in JavaScript', async () => {
    const { manifest, reviews } = await reviewVersion(300);
    const words = reviews.map(({ text }) => wordsOf(lowercase(text)));
    const lengths = words.map((each) => each.length).sort((a, b) => a - b);
    const facts = manifest.columns[columnAt(manifest, 'review')].text!;
    expect(facts).toMatchObject({
      sampled: 300,
      vocabulary: new Set(words.flat()).size,
      words: { max: lengths.at(-1), p95: share(lengths, 0.95) },
      characters: { max: Math.max(...reviews.map(({ text }) => text.length)) },
    });
    expect(facts.words.mean).toBeCloseTo(lengths.reduce((a, b) => a + b) / 300, 9);
    const { from, width, counts } = facts.histogram;
    expect(from).toBe(lengths[0]);
    counts.forEach((count, bar) => {
      const most = bar === counts.length - 1 ? Infinity : from + (bar + 1) * width;
      expect(count).toBe(lengths.filter((length) => length >= from + bar * width && length < most).length);
    });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(300);
    const repeated = new Map<string, number>();
    for (const word of words.flat()) repeated.set(word, (repeated.get(word) ?? 0) + 1);
    expect(facts.repeated).toBe([...repeated.values()].filter((n) => n > 1).length);
  });

  it('is cut into words as JavaScript cuts it, whatever stands in it', async () => {
    const folder = await dataFolder();
    const texts = hostileTexts.map((text) => text.replaceAll('\0', '').trim()).filter((text) => text !== '');
    const rows = texts.map((text, i) => `${quoted(text)},${'ab'[i % 2]}`);
    await writeFiles(folder.path, { 'odd.csv': `text,kind\n${rows.join('\n')}\n` });
    const { manifest } = await importFrom(folder, ['odd.csv']);
    const asText = { name: 'text', type: 'text', role: 'feature' } as const;
    const revised = await reviseDataset({ blobs: folder.blobs, manifest, columns: [asText] }).catch(() => ({
      manifest,
    }));
    const facts = revised.manifest.columns[0].text as TextFacts;
    const lengths = texts.map((text) => wordsOf(text).length).sort((a, b) => a - b);
    expect(facts.words.max).toBe(lengths.at(-1));
    expect(facts.words.mean).toBeCloseTo(lengths.reduce((a, b) => a + b) / lengths.length, 9);
  });
});

describe('short texts', () => {
  const names = Array.from({ length: 80 }, (_, i) => `${'Ann Bob Cid Dora'.split(' ')[i % 4]} ${i}son`);

  it('are left out beside other columns', async () => {
    const folder = await dataFolder();
    const rows = names.map((name, i) => `${name},${i % 7},${'ab'[i % 2]}`);
    await writeFiles(folder.path, { 'people.csv': `name,grade,kind\n${rows.join('\n')}` });
    const { manifest } = await importFrom(folder, ['people.csv']);
    expect(manifest.columns[0]).toMatchObject({ type: 'text', role: 'ignored', note: 'text' });
    // And can be taken in, and out again.
    const taken = await reviseDataset({
      blobs: folder.blobs,
      manifest,
      columns: [{ name: 'name', type: 'text', role: 'feature' }],
    });
    expect(taken.manifest.columns[0]).toMatchObject({ type: 'text', role: 'feature', text: { sampled: 80 } });
    expect(taken.manifest.columns[0].note).toBeUndefined();
    const changed = await reviseDataset({
      blobs: folder.blobs,
      manifest: taken.manifest,
      columns: [{ name: 'name', type: 'category', role: 'ignored' }],
    });
    expect(changed.manifest.columns[0].text).toBeUndefined();
  });

  it('are what there is to learn from where there is nothing else', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'names.csv': `name,kind\n${names.map((name, i) => `${name},${'ab'[i % 2]}`).join('\n')}`,
    });
    const { manifest } = await importFrom(folder, ['names.csv']);
    expect(manifest.columns[0]).toMatchObject({ type: 'text', role: 'feature' });
    expect(manifest.notes.map(({ code }) => code)).not.toContain('no_features');
  });
});
