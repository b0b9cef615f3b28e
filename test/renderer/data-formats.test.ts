import { afterEach, describe, expect, it } from 'vitest';
import { formatChoices, markChoices } from '../../src-renderer/words/data-formats.ts';
import { locale } from '../../src-renderer/words/locale.svelte.ts';
import type { AnnotationSummary } from '../../src-main/shared/annotation.ts';

const annotations = {} as AnnotationSummary;

describe('what a version can be written as', () => {
  afterEach(() => {
    locale.choice = 'system';
  });

  it('is, of a table, its rows, by the names that everyone knows', () => {
    locale.choice = 'en';
    expect(formatChoices({ kind: 'table' }).map(({ value, label }) => [value, label])).toEqual([
      ['rows-csv', 'CSV'],
      ['rows-jsonl', 'JSON Lines'],
      ['rows-parquet', 'Parquet'],
    ]);
  });

  it.each(['en', 'zh-CN'] as const)('is, of annotated texts, either, and no two are called the same (%s)', (choice) => {
    locale.choice = choice;
    const choices = formatChoices({ kind: 'table', annotations });
    expect(new Set(choices.map(({ label }) => label)).size).toBe(8);
    expect(choices.slice(0, 5)).toEqual(markChoices('table'));
  });

  it('is nothing of images and sounds in which nothing is marked', () => {
    expect(formatChoices({ kind: 'images' })).toEqual([]);
    expect(formatChoices({ kind: 'audio' })).toEqual([]);
    expect(formatChoices({ kind: 'images', annotations })).toEqual(markChoices('images'));
  });
});
