import { afterEach, describe, expect, it } from 'vitest';
import type { Column } from '../../src-main/shared/dataset.ts';
import { formatChoices, markChoices } from '../../src-renderer/words/data-formats.ts';
import { locale } from '../../src-renderer/words/locale.svelte.ts';
import type { AnnotationSummary } from '../../src-main/shared/annotation.ts';

const annotations = {} as AnnotationSummary;
const table = { kind: 'table', columns: [], target: null, task: null } as const;
const files = { columns: [], target: null, task: 'classification' } as const;

describe('what a version can be written as', () => {
  afterEach(() => {
    locale.choice = 'system';
  });

  it('is, of a table, its rows, by the names that everyone knows', () => {
    locale.choice = 'en';
    expect(formatChoices(table).map(({ value, label }) => [value, label])).toEqual([
      ['rows-csv', 'CSV'],
      ['rows-jsonl', 'JSON Lines'],
      ['rows-parquet', 'Parquet'],
    ]);
  });

  it.each(['en', 'zh-CN'] as const)('is, of annotated texts, either, and no two are called the same (%s)', (choice) => {
    locale.choice = choice;
    const choices = formatChoices({ ...table, annotations });
    expect(new Set(choices.map(({ label }) => label)).size).toBe(8);
    expect(choices.slice(0, 5)).toEqual(markChoices('table'));
  });

  it('is class folders, of images, of sounds, of texts with a class', () => {
    const text: Column = { name: 'text', type: 'text', role: 'feature', missing: 0, distinct: 9 };
    const label: Column = { name: 'label', type: 'category', role: 'target', missing: 0, distinct: 2 };
    const values = (...[of]: Parameters<typeof formatChoices>) => formatChoices(of).map(({ value }) => value);
    expect(values({ ...files, kind: 'images' })).toEqual(['folders']);
    expect(values({ ...files, kind: 'audio' })).toEqual(['folders']);
    expect(formatChoices({ ...files, kind: 'images', annotations }).slice(0, -1)).toEqual(markChoices('images'));
    const texts = { ...table, columns: [text, label], target: 'label', task: 'classification' } as const;
    expect(values({ ...texts, columns: [text, label] })).toContain('folders');
    expect(values({ ...texts, columns: [label] })).not.toContain('folders');
    expect(values({ ...texts, columns: [text, label], task: 'multi-label' })).not.toContain('folders');
  });
});
