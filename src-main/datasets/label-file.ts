import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeHead } from './csv/encoding.ts';
import { parseRecords } from './csv/records.ts';
import { sniffDialect } from './csv/sniff.ts';
import { AtelierError } from '../shared/errors.ts';
import { judgedClasses } from '../shared/judged.ts';
import type { LabelLine } from '../shared/label-line.ts';
import { isJudgedKind, isOneClass, labelStates, longestNote, type LabellingKind } from '../shared/labels.ts';

const mostBytes = 256 * 2 ** 20;

/** What a file says of samples in a labelling of this kind. Throws `no_such_file`, `file_too_large`, and what `readLabelFile` and `checkLines` throw. */
export async function labelFile(path: string, kind: LabellingKind): Promise<LabelLine[]> {
  const name = basename(path);
  const { size } = await stat(path).catch(() => {
    throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
  });
  if (size > mostBytes)
    throw new AtelierError(
      'file_too_large',
      `${name} has ${Math.round(size / 2 ** 20)} MB; labels have at most 256. Split it.`,
    );
  const lines = readLabelFile(await readFile(path), name);
  checkLines(lines, kind);
  return lines;
}

/** Reads CSV or, by its name's ending, JSON Lines. Throws `invalid_labels`, naming the line. */
export function readLabelFile(bytes: Uint8Array, name: string): LabelLine[] {
  const text = decodeHead(Buffer.from(bytes), name);
  return /\.(jsonl|ndjson)$/i.test(name) ? ofJson(text, name) : ofCsv(text, name);
}

function ofJson(text: string, name: string): LabelLine[] {
  return text.split('\n').flatMap((line, i): LabelLine[] => {
    if (line.trim() === '') return [];
    const where = `${name}, line ${i + 1}`;
    let found: unknown;
    try {
      found = JSON.parse(line);
    } catch {
      throw invalid(where, 'it is no JSON');
    }
    if (typeof found !== 'object' || found === null || Array.isArray(found)) throw invalid(where, 'it is no object');
    const {
      sample,
      name: its,
      preference,
      rating,
      label = preference ?? rating,
      labels = label ?? [],
      state,
      note,
      confidence,
    } = found as Record<string, unknown>;
    const list = (Array.isArray(labels) ? labels : [labels]).map((one: unknown) =>
      one === rating && typeof one === 'number' ? String(one) : one,
    );
    if (!list.every((one) => typeof one === 'string' && one.trim() !== ''))
      throw invalid(where, '"labels" holds something else than names');
    const texts = [its, state, note].map((one) => one ?? '');
    if (!texts.every((one) => typeof one === 'string')) throw invalid(where, '"name", "state" and "note" are texts');
    return [lineOf(where, { sample, confidence }, texts as string[], list as string[])];
  });
}

function ofCsv(text: string, name: string): LabelLine[] {
  const { delimiter, quote } = sniffDialect(text, true) ?? { delimiter: ',', quote: '"' };
  const [head, ...records] = parseRecords(text, delimiter, quote ?? '"');
  const columns = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const at = (...names: string[]): number => columns.findIndex((column) => names.includes(column));
  const places = {
    sample: at('sample'),
    name: at('name', 'file', 'path'),
    label: at('label', 'labels', 'class', 'preference', 'rating'),
  };
  const others = { state: at('state'), confidence: at('confidence'), note: at('note') };
  if (places.label < 0 || (places.sample < 0 && places.name < 0))
    throw invalid(`${name}, line 1`, 'columns "label" and "sample" (or "name") are wanted');
  return records
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map(({ cells, line }) => {
      const cell = (place: number): string => unguarded(place < 0 ? '' : (cells[place] ?? ''));
      const [sample, confidence] = [cell(places.sample), cell(others.confidence)];
      return lineOf(
        `${name}, line ${line}`,
        { sample: sample === '' ? null : Number(sample), confidence: confidence === '' ? null : Number(confidence) },
        [cell(places.name), cell(others.state), cell(others.note)],
        cell(places.label)
          .split(/(?<!\\)\|/)
          .map((one) => one.replaceAll('\\|', '|').trim())
          .filter(Boolean),
      );
    });
}

function lineOf(
  where: string,
  { sample, confidence }: { sample: unknown; confidence: unknown },
  [name, state, note]: string[],
  labels: string[],
): LabelLine {
  const whole = typeof sample === 'number' && Number.isInteger(sample) ? sample : null;
  if (sample !== null && sample !== undefined && whole === null)
    throw invalid(where, `"${String(sample)}" is no sample's number`);
  const known = labelStates.find((each) => each === state) ?? null;
  if (state !== '' && known === null)
    throw invalid(where, `there is no state "${state}": there are ${labelStates.join(', ')}`);
  if (note.length > longestNote) throw invalid(where, `its note is longer than ${longestNote} characters`);
  const sure = typeof confidence === 'number' && confidence >= 0 && confidence <= 1 ? confidence : null;
  return { where, sample: whole, name: name === '' ? null : name, labels, state: known, confidence: sure, note };
}

/**
 * Where each sample has one class, none is labelled without, or with several; judgements have classes of their own. Throws `invalid_labels`,
 * `several_classes`.
 */
export function checkLines(lines: readonly LabelLine[], kind: LabellingKind): void {
  if (!isOneClass(kind)) return;
  const known = isJudgedKind(kind) ? judgedClasses[kind] : null;
  for (const { where, state, labels } of lines) {
    if ((state === 'labelled' || state === 'reviewed' || state === 'suggested') && labels.length === 0)
      throw invalid(where, `it is ${state} without a label`);
    const other = labels.find((name) => known?.includes(name) === false);
    if (other !== undefined) throw invalid(where, `"${other}" is none of ${known!.join(', ')}`);
    if (labels.length < 2) continue;
    if (known) throw invalid(where, 'there is more than one judgement');
    throw new AtelierError('several_classes', `${where} has several labels, and samples have one here. Use --several.`);
  }
}

/** An export keeps spreadsheets from taking a cell for a formula. */
const unguarded = (cell: string): string => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

const invalid = (where: string, why: string): AtelierError =>
  new AtelierError('invalid_labels', `${where}: ${why}. Nothing was changed.`);
