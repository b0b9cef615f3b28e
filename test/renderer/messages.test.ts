import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
type Catalogue = Record<string, unknown>;
const read = (locale: string): Catalogue =>
  JSON.parse(readFileSync(join(root, `resources/i18n/messages/${locale}.json`), 'utf8')) as Catalogue;
const en = read('en');
const zh = read('zh-CN');
const keys = Object.keys(en).filter((key) => key !== '$schema');

const files = readdirSync(join(root, 'src-renderer'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.(svelte|ts)$/.test(name),
);
const source = (name: string) => readFileSync(join(root, 'src-renderer', name), 'utf8');

const placeholders = (message: unknown) =>
  [...new Set(JSON.stringify(message).match(/(?<=\{)\w+(?=\})/g) ?? [])].filter((name) => name !== 'count').sort();

describe('the message catalogues', () => {
  it('have the same messages', () => expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort()));

  it('have the same placeholders', () => {
    for (const key of keys) expect([key, placeholders(zh[key])]).toEqual([key, placeholders(en[key])]);
  });

  it('have no empty message, no exclamation mark and no dots where an ellipsis belongs', () => {
    for (const [key, message] of [...Object.entries(en), ...Object.entries(zh)]) {
      const text = JSON.stringify(message);
      expect(text.length, key).toBeGreaterThan(2);
      if (key !== '$schema') expect(text, key).not.toMatch(/!"|！|\.\.\./);
    }
  });

  it('leave half a space between Han and Latin letters or digits', () => {
    for (const key of keys) {
      const texts = typeof zh[key] === 'string' ? [zh[key]] : JSON.stringify(zh[key]).match(/(?<=other":")[^"]*/g);
      for (const text of texts ?? [])
        expect(text.replaceAll(/\{\w+\}/g, '…'), key).not.toMatch(
          /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u,
        );
    }
  });

  it('hold every message that the window asks for, and no other', () => {
    const asked = new Set(files.flatMap((name) => source(name).match(/(?<=\bm\.)[a-z][a-z0-9_]*\b/g) ?? []));
    asked.delete('key');
    expect([...asked].filter((key) => !(key in en))).toEqual([]);
    expect(keys.filter((key) => !asked.has(key))).toEqual([]);
  });
});

describe('components', () => {
  const components = files.filter((name) => name.endsWith('.svelte'));
  /** Words that are the same in every language. */
  const known = /^(English|简体中文|CSV|IDX|SHA-256|px|ONNX Runtime|[A-Z][a-z]*[A-Z]\w*)$/;

  it.each(components)('%s has no words of its own', (name) => {
    const markup = source(name)
      .replace(/<script[\s\S]*?<\/script>/g, '')
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/<!--[\s\S]*?-->/g, '');
    const outside = withoutBraces(markup);
    const texts = [...outside.matchAll(/>([^<>]*)</g)].map((found) => found[1]);
    const attributes = [...outside.matchAll(/\s(?:label|title|placeholder|aria-label|text|hint|tip)="([^"]*)"/g)].map(
      (found) => found[1],
    );
    const words = [...texts, ...attributes]
      .map((text) => text.replace(/[^\p{L}\d -]/gu, '').trim())
      .filter((text) => /\p{L}{2,}/u.test(text) && !known.test(text));
    expect(words).toEqual([]);
  });
});

/** Markup without what is inside { }: expressions are the program's, not words. Arrows would look like the ends of tags. */
function withoutBraces(text: string): string {
  let depth = 0;
  let out = '';
  for (const letter of text) {
    if (letter === '{') depth++;
    else if (letter === '}') depth--;
    else if (depth === 0) out += letter;
  }
  return out;
}
