import type { SplitName } from '../../shared/dataset.ts';
import type { AnnotatedText } from '../annotations/annotated-set.ts';
import { recordsOf } from '../annotations/json-records.ts';
import { readText, whileThere, type ReadText } from '../annotations/reading.ts';
import { isTag, SchemeGuess, spansOf, tagsOf } from '../annotations/tags.ts';
import { storeAnnotatedTexts } from '../annotations/text-set.ts';
import { tokenLayout, tokenRow, type ListFacts, type TokenLayout } from '../annotations/token-rows.ts';
import { isObject, type JsonObject } from '../json/members.ts';
import { JsonScanner } from '../json/scanner.ts';
import { classNamesBeside } from '../parquet/features.ts';
import { contentName, readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import type { DocumentColumn } from '../texts/document-table.ts';
import { cellOf, columnOf, tokenNotes } from './hugging-face-texts.ts';
import { splitInName } from './idx-pairs.ts';
import { Rejects, type Importer } from './importer.ts';
import { inOrder } from './split-files.ts';

const headLength = 1 << 18;
const maxBytes = 256 << 20;
const maxAsked = 64;
/** Records that tell the layout. */
const lookedAt = 200;
const maxTags = 1000;

/** Texts cut into tokens with a tag for each, an object a line or in a list: {"tokens": […], "ner_tags": […]}. */
export const tokenLines: Importer = {
  async offer(source) {
    const laid = await tokenFiles(source);
    if (laid.length === 0) return [];
    return [
      {
        ...{ kind: 'hugging-face-texts', suggestedName: source.suggestedName, files: laid.length, folders: 0 },
        ...{ bytes: await totalBytes(laid.map(({ file }) => file)), columns: [], target: null },
      },
    ];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const read: ReadText['source'][] = [];
      const set: { file: FoundFile; layout: TokenLayout; text: string; split: SplitName | null }[] = [];
      const laid = await tokenFiles(source);
      for (const [n, { file, layout }] of laid.entries()) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: n, total: laid.length });
        const { text, source: from } = await readText(file, maxBytes);
        read.push(from);
        set.push({ file, layout, text, split: splitInName(file.relative.toLowerCase()) });
      }
      const guess = new SchemeGuess();
      const values = new Map<string, Set<string | null>>();
      // What is wrong with a record is told when it is read.
      for (const { file, layout, text } of set)
        for (const { record } of recordsOf(text, file.relative, new Rejects())) {
          const made = isObject(record) ? tokenRow(record, layout) : '';
          if (typeof made === 'string') continue;
          guess.add(made.tags);
          for (const name of layout.others) add(values, name, cellOf((record as JsonObject)[name]));
        }
      const columns = [...values].map(([name, found]): DocumentColumn => columnOf(name, found.size));
      const counts = { repaired: 0, unsaid: 0 };
      const texts = function* (): Generator<AnnotatedText> {
        for (const { file, layout, text, split } of set) {
          for (const { record, where } of recordsOf(text, file.relative, rejects)) {
            context.signal.throwIfAborted();
            const made = isObject(record) ? tokenRow(record, layout) : 'is no object';
            if (typeof made === 'string') {
              rejects.add(where, 'bad_tokens', `${where} ${made}.`);
              continue;
            }
            if (made.unsaid) counts.unsaid++;
            const again = tagsOf(made.tags.length, spansOf(made.tags), guess.scheme).tags;
            if (again.some((tag, i) => tag !== made.tags[i])) counts.repaired++;
            const cells = columns.map(({ name }) => cellOf((record as JsonObject)[name]));
            yield { text: made.text, cells, split, sample: made.sample };
          }
        }
      };
      const header = () => ({ classes: [], scheme: guess.scheme });
      const notes = () => tokenNotes(guess.scheme, set[0].layout, counts);
      return storeAnnotatedTexts(source, { texts: texts(), columns, header, read, rejects, notes }, params, context);
    }),
};

function add(values: Map<string, Set<string | null>>, name: string, cell: string | null): void {
  // "text" is what the tokens make.
  if (name === 'text') return;
  const found = values.get(name) ?? new Set();
  if (found.size <= maxTags) found.add(cell);
  values.set(name, found);
}

async function tokenFiles(source: Source): Promise<{ file: FoundFile; layout: TokenLayout }[]> {
  const named = source.files.filter((file) => /\.(json|jsonl|ndjson)$/i.test(contentName(file)));
  const laid: { file: FoundFile; layout: TokenLayout }[] = [];
  let names: Map<string, string[]> | null = null;
  for (const file of inOrder(named).slice(0, maxAsked)) {
    const records = await firstRecords(file);
    if (records.length === 0 || !Object.values(records[0]).some(isTexts)) continue;
    names ??= await classNamesBeside(source.beside ?? source.files);
    const layout = layoutOf(records, names);
    if (layout) laid.push({ file, layout });
  }
  return laid;
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

async function firstRecords(file: FoundFile): Promise<JsonObject[]> {
  const head = await readHead(file, headLength);
  const text = Buffer.from(head)
    .toString()
    .replace(/^\ufeff/, '')
    .trimStart();
  const pieces: string[] = [];
  if (text.startsWith('[')) {
    const scanner = new JsonScanner(null, { record: (record) => pieces.push(Buffer.from(record).toString()) });
    scanner.write(Buffer.from(text));
  } else if (text.startsWith('{')) {
    const lines = text.split('\n');
    // The last line may be cut.
    pieces.push(...(head.length === headLength ? lines.slice(0, -1) : lines));
  }
  const records: JsonObject[] = [];
  for (const piece of pieces.slice(0, lookedAt)) {
    try {
      const value: unknown = JSON.parse(piece);
      if (isObject(value)) records.push(value);
    } catch {
      // It is listed when all is read.
    }
  }
  return records;
}

/** A few records that are other than the rest are told when they are read. */
const most = (part: number, whole: number): boolean => part >= whole * 0.9;

function layoutOf(given: readonly JsonObject[], names: ReadonlyMap<string, string[]>): TokenLayout | null {
  const keys = Object.keys(given[0]).filter((name) => isList(given[0][name]));
  const records = given.filter((record) => keys.every((name) => Array.isArray(record[name])));
  if (keys.length < 2 || !most(records.length, given.length)) return null;
  const lists = keys.flatMap((name): ListFacts[] => {
    const cells = records.flatMap((record) => record[name] as unknown[]);
    const words = cells.filter((cell) => typeof cell === 'string');
    const texts = most(words.length, cells.length);
    if (!texts && !most(cells.filter(Number.isInteger).length, cells.length)) return [];
    const tags = words.filter((word) => word === 'O' || isTag(word));
    const values = texts ? [...new Set(most(tags.length, words.length) ? tags : words)] : [];
    // Numbers are told by what is said of their column or, where that is said of none, of any.
    const told = texts ? null : (names.get(name) ?? names.get('') ?? null);
    return [{ name, texts, names: told, values: values.length > maxTags ? [] : values.sort() }];
  });
  if (lists.length < 2) return null;
  const scalars = Object.keys(given[0]).filter((name) => !isList(given[0][name]));
  return tokenLayout(lists, scalars);
}

const isList = (value: unknown): boolean => typeof value === 'object' && value !== null;
