import type { Annotation, Span } from '../../shared/annotation.ts';
import { splitOfName } from '../annotations/image-files.ts';
import { recordsOf } from '../annotations/json-records.ts';
import { isId, isNumber, readText, whileThere } from '../annotations/reading.ts';
import type { AnnotatedText } from '../annotations/annotated-set.ts';
import { storeAnnotatedTexts } from '../annotations/text-set.ts';
import { isObject, type JsonObject } from '../json/members.ts';
import { contentName, readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { plainText } from '../texts/document.ts';
import { Rejects, type Importer } from './importer.ts';

const headLength = 1 << 16;
const maxBytes = 256 << 20;
const maxAsked = 64;

/**
 * Texts with entities as spaCy and Prodigy write them: {"text", "entities": [[start, end, label]]}, [text, {"entities": …}], or {"text", "spans":
 * [{"start", "end", "label"}], "relations"}; a list of them, or one a line. Characters are counted in code points, as Python does.
 */
export const spacy: Importer = {
  async offer(source) {
    const files = await spacyFiles(source);
    if (files.length === 0) return [];
    const { suggestedName } = source;
    const bytes = await totalBytes(files);
    return [{ kind: 'spacy', suggestedName, files: files.length, folders: 0, bytes, columns: [], target: null }];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const read = [];
      const texts: AnnotatedText[] = [];
      const files = await spacyFiles(source);
      for (const [n, file] of files.entries()) {
        context.signal.throwIfAborted();
        context.progress({ stage: 'reading', unit: 'files', done: n, total: files.length });
        const { text, source: from } = await readText(file, maxBytes);
        read.push(from);
        for (const { record, where } of recordsOf(text, file.relative, rejects)) {
          const made = textOf(record, where, rejects);
          if (made) texts.push({ ...made, cells: [], split: splitOfName(file.relative) });
        }
      }
      const notes = () => [{ code: 'dialect', message: "Read as spaCy's JSON." }];
      const set = { texts, columns: [], header: () => ({ classes: [] }), read, rejects, notes };
      return storeAnnotatedTexts(source, set, params, context);
    }),
};

async function spacyFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter((file) => /\.(jsonl?|ndjson)$/i.test(contentName(file)));
  const found: FoundFile[] = [];
  for (const file of named.slice(0, maxAsked)) {
    const head = Buffer.from(await readHead(file, headLength)).toString();
    if (!/^\ufeff?\s*[[{]/.test(head) || /"(shapes|images|annotations)"\s*:/.test(head)) continue;
    const pairs = /"entities"\s*:\s*\[\s*(\]|\[\s*\d+\s*,\s*\d+\s*,\s*")/.test(head);
    const spans =
      /"text"\s*:/.test(head) && /"spans"\s*:\s*\[\s*(\]|\{)/.test(head) && /"(start|label)"\s*:/.test(head);
    if (pairs || spans) found.push(file);
  }
  return found;
}

function textOf(record: unknown, where: string, rejects: Rejects): Pick<AnnotatedText, 'text' | 'sample'> | null {
  const told = Array.isArray(record) && isObject(record[1]) ? { text: record[0] as unknown, ...record[1] } : record;
  const text = isObject(told) && typeof told.text === 'string' ? told.text : null;
  if (text === null || plainText(text) === null || text.includes('\0')) {
    rejects.add(where, 'no_text', `${where} has no text.`);
    return null;
  }
  const { entities, spans, relations } = told as JsonObject;
  const units = codeUnits(text);
  const annotations: Annotation[] = [];
  const given = Array.isArray(entities) ? entities : Array.isArray(spans) ? spans : [];
  for (const [i, each] of given.entries()) {
    const span = spanOf(each, units, i);
    if (span) annotations.push(span);
    else rejects.add(where, 'bad_span', `${where}: entity ${i + 1} is no [start, end, label] within the text.`);
  }
  for (const each of Array.isArray(relations) ? relations : []) {
    const made = relationOf(each, annotations);
    if (made) annotations.push(made);
    else rejects.add(where, 'bad_relation', `${where}: a relation joins nothing.`);
  }
  return { text, sample: { annotations } };
}

function spanOf(given: unknown, units: (point: number) => number, at: number): Span | null {
  const list = Array.isArray(given) ? (given as unknown[]) : null;
  const [from, to, name]: unknown[] = list ?? (isObject(given) ? [given.start, given.end, given.label] : []);
  if (!isNumber(from) || !isNumber(to) || typeof name !== 'string' || name === '') return null;
  const [start, end] = [units(from), units(to)];
  if (!(start >= 0 && end > start)) return null;
  // Prodigy joins spans by the tokens that they end with.
  const id = isObject(given) && isNumber(given.token_end) ? { id: `t${given.token_end}-${at}` } : {};
  return { type: 'span', class: name, start, end, ...id };
}

function relationOf(given: unknown, spans: readonly Annotation[]): Annotation | null {
  if (!isObject(given) || typeof given.label !== 'string') return null;
  const idOf = (token: unknown): string | number | undefined =>
    spans.find(({ type, id }) => type === 'span' && isNumber(token) && String(id).startsWith(`t${token}-`))?.id;
  const [from, to] = [idOf(given.head), idOf(given.child)];
  return isId(from) && isId(to) ? { type: 'relation', class: given.label, from, to } : null;
}

/** From code points to UTF-16 code units, in which we count; -1 beyond the text. */
function codeUnits(text: string): (point: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (point) => (Number.isInteger(point) && point <= text.length ? point : -1);
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  return (point) => units[point] ?? -1;
}
