import { afterEach, describe, expect, it } from 'vitest';
import { changeWords } from '../../src-renderer/words/changes.ts';
import { locale } from '../../src-renderer/words/locale.svelte.ts';
import { noteText } from '../../src-renderer/words/notes.ts';
import { lostWords } from '../../src-renderer/words/originals.ts';

afterEach(() => (locale.choice = 'system'));

describe('what the main process says of an import, in Chinese', () => {
  it.each([
    [
      'resized',
      'The images are of different sizes or larger than 64 pixels. They were scaled to lie whole inside 64 × 48 pixels, the rest black.',
      '64 × 48',
    ],
    ['rejected', 'One file could not be read and was left out; the other images were kept.', '1 个文件'],
    ['rejected', '1200 files could not be read and were left out; the other sounds were kept.', '1,200 个文件'],
    ['passed_over', '3 other files were passed over: they are no sounds.', '3 个'],
    ['resampled', '4 of 60 sounds are of another rate; they were resampled to 8000 Hz.', '8,000 Hz'],
    ['misnamed', '2 images (such as a/b.png) are of another format than the name says. They were …', 'a/b.png'],
    [
      'misnamed',
      'a/b.png is of another format than the name says. They were read by what they hold.',
      '1 个文件（例如 a/b.png）',
    ],
    ['single_class', 'All images are of one class ("cat"). Training needs at least two: add a folder of …', '“cat”'],
    ['empty_class', 'No sound of class "cat" could be read; the class was left out.', '“cat”'],
    [
      'no_classes',
      'The sounds have no classes. To tell sounds apart, put those of each class into a folder …',
      '没有类别',
    ],
  ])('%s is said whole: %s', (code, message, part) => {
    locale.choice = 'zh-CN';
    const text = noteText({ code, message });
    expect(text).toContain(part);
    // Names and units apart, nothing is left in English.
    expect(text).not.toMatch(/[a-z]{3,} [a-z]{2,}/);
    locale.choice = 'en';
    expect(noteText({ code, message })).toBe(message);
  });

  it('else keeps the sentence behind its kind, and what is of no kind as it is', () => {
    locale.choice = 'zh-CN';
    expect(noteText({ code: 'encoding', message: 'Read as UTF-8.' })).toBe('文本编码（Read as UTF-8.）');
    expect(noteText({ code: 'brand_new', message: 'Something.' })).toBe('Something.');
  });

  it('tells files that were found again, and those that are lost', () => {
    locale.choice = 'zh-CN';
    expect(changeWords('originals found in /disk/a, b: 3/photos: 498 of 500')).toBe(
      '在 /disk/a, b: 3/photos 找到图像文件：500 个中的 498 个',
    );
    const report = { files: 1200, present: 1185, missing: 12, changed: 2, unsure: 1, folders: [], first: [] };
    expect(lostWords(report)).toBe('共 1,200 个图像文件：缺失 12 个，改动 2 个，日期不同、尚未比对 1 个。');
    locale.choice = 'en';
    expect(lostWords(report)).toBe('Of 1,200 image files: 12 missing, 2 changed, 1 with another date, not compared.');
    expect(lostWords({ ...report, missing: 0, changed: 0, unsure: 0 })).toBeNull();
  });
});
