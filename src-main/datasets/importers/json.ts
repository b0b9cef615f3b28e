import { basename } from 'node:path';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { decodeHead, guessEncoding, isBinary, surveyText, type Survey } from '../csv/encoding.ts';
import { withDuck } from '../duck.ts';
import { jsonForm, type JsonForm } from '../json/form.ts';
import { Cutting } from '../json/cutting.ts';
import { JsonScanner, type Member } from '../json/scanner.ts';
import { jsonRows } from '../json/rows.ts';
import { Structure, structureOf } from '../json/structure.ts';
import { contentName, readHead, totalBytes, type FoundFile } from '../source.ts';
import { checkTarget, memoryFor, storeTable, toldApart } from '../tables/store.ts';
import { guessTargetName } from '../target.ts';
import { Rejects, type Importer } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const headLength = 1 << 20;
/** Rows that an offer looks at. */
const lookedAt = 100;

/** Rows as JSON: one object a line, one array of objects, or an object with one such array. One file. */
export const json: Importer = {
  async offer(source) {
    const [file] = source.files;
    const head = await readForm(file);
    if (!head) return [];
    const names = firstNames(head.text, head.form, basename(contentName(file)));
    return [
      {
        kind: 'table',
        suggestedName: source.suggestedName,
        files: 1,
        folders: 0,
        bytes: await totalBytes([file]),
        columns: names,
        target: guessTargetName(names),
      },
    ];
  },

  async read(source, params, context) {
    const [given] = source.files;
    const name = basename(contentName(given));
    const form = (await readForm(given))?.form;
    if (!form) throw new AtelierError('unknown_format', `${name} holds no JSON.`);
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    return toldApart([given], params, context, async () => {
      const { file, source: stored } = await context.staging.plain(given, context);
      const total = await totalBytes([file]);
      const survey = await surveyText(file, context.signal, (done) =>
        context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(done, total), total }),
      );
      const cutting = new Cutting({ file, name, survey, form }, rejects, context);
      const lines = await context.staging.write(await cutting.lines());
      return withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (connection) => {
        const { columns, relation } = await jsonRows(connection, lines, name, rejects, (line) => cutting.where(line));
        const names = columns.map((column) => column.name);
        checkTarget(params.target, names);
        const manifest = await storeTable(connection, { relation, names, bytes: survey.bytes, name }, params, context);
        const nested = columns.filter((column) => column.nested).map((column) => column.name);
        return {
          suggestedName: source.suggestedName,
          manifest: {
            ...manifest,
            sources: [stored ?? { name: file.relative, bytes: survey.stored, sha256: survey.sha256 }],
            rejectedCount: rejects.count,
            rejected: rejects.list,
            notes: [
              ...readingNotes(name, form, survey, nested, cutting.cutShort, rejects.count - source.refused.length),
              ...manifest.notes,
            ],
          },
        };
      });
    });
  },
};

async function readForm(file: FoundFile): Promise<{ form: JsonForm; text: string } | null> {
  const head = await readHead(file, headLength);
  if (head.length === 0 || isBinary(head, guessEncoding(head))) return null;
  const text = decodeHead(head, basename(file.relative));
  const form = jsonForm(text, head.length < headLength);
  return form && { form, text };
}

/** Column names, as far as the beginning tells. */
function firstNames(text: string, form: JsonForm, name: string): string[] {
  const structure = new Structure();
  let rows = 0;
  const add = (record: string): void => {
    if (rows >= lookedAt) return;
    try {
      const value = JSON.parse(record) as unknown;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      structure.add(structureOf(value) as Record<string, unknown>);
      rows++;
    } catch {
      // It is listed when all is read.
    }
  };
  if (form === 'lines') text.split(/\r\n?|\n/).forEach(add);
  else {
    const bytes = Buffer.from(text);
    const members: Member[] = [];
    const survey = new JsonScanner(-1, { member: (member) => members.push(member) });
    survey.write(bytes);
    survey.end();
    const wanted = form === 'array' ? null : (members.find(({ rows: holds }) => holds)?.index ?? 0);
    new JsonScanner(wanted, { record: (record) => add(Buffer.from(record).toString()) }).write(bytes);
  }
  return rows === 0 ? [] : structure.columns(name).map((column) => column.name);
}

const forms: Record<JsonForm, string> = {
  lines: 'JSON Lines',
  array: 'a JSON array',
  object: 'the array in a JSON object',
};

function readingNotes(
  name: string,
  form: JsonForm,
  survey: Survey,
  nested: readonly string[],
  cutShort: boolean,
  rejectedRows: number,
): Manifest['notes'] {
  const notes = [{ code: 'dialect', message: `Read as ${forms[form]}.` }];
  if (survey.damaged)
    notes.push({ code: 'damaged_text', message: `${name} holds bytes that are not UTF-8; they read as "�".` });
  if (cutShort)
    notes.push({ code: 'cut_short', message: `${name} ends in the middle of its data; what comes before was kept.` });
  if (nested.length > 0) {
    const some = nested.slice(0, 5).join(', ');
    notes.push({
      code: 'nested',
      message: `Lists and objects inside ${nested.length === 1 ? 'a column' : 'columns'} were kept as JSON text: ${some}${nested.length > 5 ? ', …' : ''}.`,
    });
  }
  if (rejectedRows > 0) {
    notes.push({
      code: 'rejected',
      message: `${plural(rejectedRows, 'row could not be read and was', 'rows could not be read and were')} left out; the others were kept.`,
    });
  }
  return notes;
}
