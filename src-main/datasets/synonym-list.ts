import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { entryKey, type KeptSynonyms, type SynonymList } from '../shared/augment/synonyms.ts';
import type { BlobHash } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { readBlob, writeBlob } from './blobs.ts';
import { naming } from './system-errors.ts';

// Lists of synonyms that people bring: `word: synonym, synonym` a line, cells with tabs or commas between them (CSV, TSV), or JSON.

/** WordNet has some 150,000 words. */
export const synonymLimits = { bytes: 16 * 2 ** 20, entries: 200_000, characters: 100 } as const;

/**
 * Checks a list and keeps what it says, so that nobody needs the file again and the same list is the same blob. Throws `not_synonyms`,
 * which names the line, and `file_too_large`.
 */
export async function keepSynonyms(blobs: string, path: string): Promise<KeptSynonyms> {
  const file = basename(path);
  const { size } = await naming({ reading: path }, () => stat(path));
  if (size > synonymLimits.bytes) {
    throw new AtelierError(
      'file_too_large',
      `${file} has ${Math.ceil(size / 2 ** 20)} MB; a list of synonyms of up to ${synonymLimits.bytes >> 20} MB can be read.`,
    );
  }
  const list = parseSynonyms(await naming({ reading: path }, () => readFile(path)), file);
  const name = basename(file, extname(file)) || file;
  return { name, entries: list.length, blob: await writeBlob(blobs, new TextEncoder().encode(JSON.stringify(list))) };
}

/** What `keepSynonyms` kept. */
export async function readSynonyms(blobs: string, blob: BlobHash): Promise<SynonymList> {
  return JSON.parse(new TextDecoder().decode(await readBlob(blobs, blob))) as SynonymList;
}

/** Throws `not_synonyms`. */
export function parseSynonyms(bytes: Uint8Array, file: string): SynonymList {
  const text = decoded(bytes, file);
  const list = new ListMaker(file);
  if (/^\s*[{[]/.test(text)) readJson(text, list);
  else text.split(/\r\n|\r|\n/).forEach((line, i) => readLine(line, i + 1, list));
  return list.done();
}

/** UTF-8, or UTF-16 that says so by its first bytes. */
function decoded(bytes: Uint8Array, file: string): string {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  if (wide) return new TextDecoder(wide).decode(bytes);
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw wrong(file, lineAt(bytes, zero), 'it has a zero byte, so the file is no text. Choose a text file');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    for (let from = 0, line = 1; ; line++) {
      const end = bytes.indexOf(10, from);
      try {
        decoder.decode(bytes.subarray(from, end < 0 ? bytes.length : end));
      } catch {
        throw wrong(file, line, 'it is not written in UTF-8. Save the file as UTF-8');
      }
      from = end + 1;
    }
  }
}

function lineAt(bytes: Uint8Array, place: number): number {
  let line = 1;
  for (let i = 0; i < place; i++) if (bytes[i] === 10) line++;
  return line;
}

/** `#` begins a remark. Which sign is between the cells is told by each line itself: a tab, else a colon, else commas. */
function readLine(line: string, number: number, list: ListMaker): void {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return;
  const tabbed = text.split('\t');
  const [, entry, rest] = /^([^:：,，"]*)[:：](.*)$/u.exec(text) ?? [];
  if (tabbed.length > 1) list.add(tabbed[0], tabbed.slice(1).flatMap(cells), number);
  else if (entry !== undefined) list.add(entry, cells(rest), number);
  else {
    const [first = '', ...others] = cells(text);
    list.add(first, others, number);
  }
}

/** What is between commas (`,` `，` `、` `;` `；`), but for those within quotes, where `""` is a quote. */
const cells = (text: string): string[] =>
  Array.from(text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,，、;；]*))\s*(?:[,，、;；]|$)/gu), ([, quoted, plain]) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim(),
  ).filter((cell) => cell !== '');

function readJson(text: string, list: ListMaker): void {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw list.wrong(jsonLine(text, error), 'it is no JSON. Mend it, or write "word: synonym, synonym" a line');
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw list.wrong(1, 'JSON must be an object, {"word": ["synonym", …], …}');
  }
  const lines = keyLines(text, list);
  for (const [entry, synonyms] of Object.entries(found)) {
    const all: unknown[] = typeof synonyms === 'string' ? [synonyms] : Array.isArray(synonyms) ? synonyms : [null];
    const line = lines.get(entry) ?? 1;
    if (!all.every((each) => typeof each === 'string')) {
      throw list.wrong(line, `${JSON.stringify(entry)} must have a list of texts, ["synonym", …]`);
    }
    list.add(
      entry,
      all.map((each) => each.trim()).filter((each) => each !== ''),
      line,
    );
  }
}

/** In which line each key stands. One that is there twice would silently be its last. */
function keyLines(text: string, list: ListMaker): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let [line, from] = [1, 0];
  for (const { 0: all, 1: string, 2: colon, index } of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/gu)) {
    for (; from < index; from++) if (text[from] === '\n') line++;
    from = index + all.length;
    const ended = line + all.split('\n').length - 1;
    if (colon !== undefined) {
      const key = JSON.parse(string) as string;
      const before = lines.get(key);
      if (before !== undefined) throw list.twice(key, before, line);
      lines.set(key, line);
    }
    line = ended;
  }
  return lines;
}

const lineOf = (text: string, place: number): number => text.slice(0, place).split('\n').length;
/** V8 tells the place where it stumbled, but not of a file that ends too early. */
function jsonLine(text: string, error: unknown): number {
  const place = /position (\d+)/.exec(String(error));
  return lineOf(text, Math.min(place ? Number(place[1]) : Infinity, text.trimEnd().length));
}

class ListMaker {
  readonly #list: [string, ...string[]][] = [];
  readonly #lines = new Map<string, number>();
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(entry: string, synonyms: readonly string[], line: number): void {
    const word = entry.trim().replace(/^"(.*)"$/, '$1');
    const key = entryKey(word);
    const { characters, entries } = synonymLimits;
    if (key === '') throw this.wrong(line, 'it begins with no word. Write "word: synonym, synonym"');
    // The word itself would change nothing.
    const others = [...new Set(synonyms)].filter((synonym) => synonym.toLowerCase() !== word.toLowerCase());
    if (others.length === 0) {
      throw this.wrong(
        line,
        `${JSON.stringify(word.slice(0, 60))} has no synonym. Write "word: synonym, synonym", or leave the line out`,
      );
    }
    const long = [word, ...others].find((each) => each.length > characters);
    if (long) {
      throw this.wrong(
        line,
        `"${long.slice(0, 30)}…" has ${long.length} characters; ${characters} is the most. Are the commas missing?`,
      );
    }
    const before = this.#lines.get(key);
    if (before !== undefined) throw this.twice(word, before, line);
    this.#lines.set(key, line);
    this.#list.push([word, ...others]);
    if (this.#list.length > entries) throw this.wrong(line, `a list has at most ${entries} words. Leave some out`);
  }

  twice(word: string, before: number, line: number): AtelierError {
    return this.wrong(line, `${JSON.stringify(word)} is in line ${before} already. Put its synonyms into one line`);
  }

  wrong(line: number, why: string): AtelierError {
    return wrong(this.#file, line, why);
  }

  done(): SynonymList {
    if (this.#list.length > 0) return this.#list;
    throw new AtelierError(
      'not_synonyms',
      `${this.#file} has no words. Write a line for each: "word: synonym, synonym".`,
    );
  }
}

const wrong = (file: string, line: number, why: string): AtelierError =>
  new AtelierError('not_synonyms', `${file}, line ${line}: ${why}${/[.?]$/.test(why) ? '' : '.'}`);
