import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { isZip } from '../archives/zip.ts';
import { withDuck } from '../duck.ts';
import { sheetLayout, type SheetLayout, type SheetRow } from '../excel/layout.ts';
import { MergedCells, readMerges, type Merge } from '../excel/merged.ts';
import { readSheet, type SheetFacts } from '../excel/sheet.ts';
import { Workbook, type Sheet } from '../excel/workbook.ts';
import { inWorkbook } from '../excel/xml.ts';
import { readHead, storedAs, totalBytes } from '../source.ts';
import { uniqueNames } from '../tables/names.ts';
import { RowCollector } from '../tables/row-collector.ts';
import { checkColumns, checkTarget, maxColumns, memoryFor, storeTable, toldApart } from '../tables/store.ts';
import { guessTargetName } from '../target.ts';
import { Rejects, type Importer, type Offer, type ReadContext } from './importer.ts';
import { plural } from '../../shared/plural.ts';

/** Rows that tell where a table begins and what its columns are called. */
const lookedAt = 200;
/** For an offer, texts past this number are not looked up. */
const maxOfferedStrings = 200_000;

const oldMagic = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** Excel workbooks (.xlsx, .xlsm): each sheet with rows in it is a table. One file. */
export const excel: Importer = {
  async offer(source) {
    const [file] = source.files;
    const head = await readHead(file, 8);
    if (Buffer.compare(head, oldMagic) === 0) throw oldFormat(basename(file.relative));
    if (!isZip(head)) return [];
    const offer: Offer = {
      kind: 'table',
      suggestedName: source.suggestedName,
      files: 1,
      folders: 0,
      bytes: await totalBytes([file]),
      columns: [],
      target: null,
    };
    if (file.packed) return /\.xls[mx]$/i.test(file.relative) ? [offer] : [];
    const workbook = await Workbook.open(file.path, basename(file.relative));
    if (!workbook) return [];
    try {
      return await inWorkbook(workbook.name, () => offerSheets(workbook, offer));
    } finally {
      workbook.close();
    }
  },

  async read(source, params, context) {
    const [given] = source.files;
    const name = basename(given.relative);
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    return toldApart([given], params, context, async () => {
      const { file, source: stored } = await context.staging.plain(given, context);
      const workbook = await Workbook.open(file.path, name);
      if (!workbook) throw new AtelierError('unknown_format', `${name} is no Excel workbook.`);
      try {
        const sheet = await chooseSheet(workbook, params.sheet);
        const described = stored ?? (await storedAs(file, context.signal));
        return await withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (duck) => {
          const rows = await inWorkbook(name, () => collect(duck, workbook, sheet, context));
          checkTarget(params.target, rows.names);
          const title = `${name}, sheet "${sheet.name}"`;
          const table = { relation: rows.relation, names: rows.names, bytes: 0, name: title };
          const manifest = await storeTable(duck, table, params, context);
          return {
            suggestedName: source.suggestedName,
            manifest: {
              ...manifest,
              sources: [described],
              rejectedCount: rejects.count,
              rejected: rejects.list,
              notes: [...readingNotes(sheet, rows), ...manifest.notes],
            },
          };
        });
      } finally {
        workbook.close();
      }
    });
  },
};

const oldFormat = (name: string): AtelierError =>
  new AtelierError(
    'excel_old',
    `${name} is a workbook in the old .xls format, or one locked with a password. Save it as .xlsx without a password, or as CSV.`,
  );

const offered = ({ sheets }: Workbook): readonly Sheet[] => {
  const visible = sheets.filter(({ hidden }) => !hidden);
  return visible.length > 0 ? visible : sheets;
};

async function offerSheets(workbook: Workbook, offer: Offer): Promise<Offer[]> {
  const offers: Offer[] = [];
  for (const sheet of offered(workbook)) {
    const merges = (await readMerges(sheet.part)) ?? [];
    const rows = await firstRows(workbook, sheet, merges);
    if (rows.length === 0) continue;
    const { header } = sheetLayout(rows, merges);
    const width = Math.max(...rows.map(({ cells }) => cells.length));
    const names = uniqueNames(header ?? Array.from({ length: width }, () => ''));
    offers.push({ ...offer, sheet: sheet.name, columns: names, target: guessTargetName(names) });
  }
  if (offers.length === 0) {
    throw new AtelierError('no_rows', `${workbook.name} has no sheet with rows in it. Nothing was imported.`);
  }
  return offers;
}

/** The first rows, with as many of the texts as they refer to. */
async function firstRows(workbook: Workbook, sheet: Sheet, merges: readonly Merge[]): Promise<SheetRow[]> {
  const styles = await workbook.styles();
  let highest = -1;
  const read = async (string: (index: number) => string | undefined): Promise<SheetRow[]> => {
    const rows: SheetRow[] = [];
    const merged = new MergedCells(merges);
    const context = { string, styles, from1904: workbook.from1904 };
    await readSheet(sheet.part, context, {
      row(cells, row) {
        merged.fill(cells, row);
        return rows.push({ cells, row }) >= lookedAt;
      },
    });
    return rows;
  };
  await read((index) => {
    highest = Math.max(highest, index);
    return '';
  });
  const strings = await workbook.strings(Math.min(highest + 1, maxOfferedStrings));
  return read((index) => strings[index]);
}

/** The sheet asked for, else the first with rows in it. Throws `no_such_sheet`, `no_rows`. */
async function chooseSheet(workbook: Workbook, wanted: string | undefined): Promise<Sheet> {
  const { name, sheets } = workbook;
  if (wanted !== undefined) {
    const found = sheets.find((sheet) => sheet.name === wanted);
    if (found) return found;
    const names = sheets.map((sheet) => `"${sheet.name}"`).join(', ');
    throw new AtelierError('no_such_sheet', `${name} has no sheet "${wanted}". Its sheets are: ${names}.`);
  }
  for (const sheet of offered(workbook)) {
    const context = { string: () => '', styles: [], from1904: false };
    let rows = 0;
    await inWorkbook(name, () => readSheet(sheet.part, context, { row: () => ++rows > 0 }));
    if (rows > 0) return sheet;
  }
  throw new AtelierError('no_rows', `${name} has no sheet with rows in it. Nothing was imported.`);
}

interface CollectedRows {
  relation: string;
  names: string[];
  layout: SheetLayout;
  facts: SheetFacts;
  /** Cells that have the value of one that they are merged with; null where too many are merged to tell. */
  merged: number | null;
}

async function collect(
  connection: DuckDBConnection,
  workbook: Workbook,
  sheet: Sheet,
  context: ReadContext,
): Promise<CollectedRows> {
  const { signal } = context;
  const total = sheet.part.packed?.claimed ?? 0;
  let done = 0;
  const progress = (chunk: Uint8Array): void => {
    done += chunk.length;
    context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(done, total), total });
  };
  context.progress({ stage: 'reading', unit: 'bytes', done: 0, total });
  const strings = await workbook.strings(Infinity, signal);
  const styles = await workbook.styles();
  const merges = await readMerges(sheet.part, signal);
  const merged = new MergedCells(merges ?? []);
  const collector = new RowCollector(connection);
  try {
    let layout: SheetLayout | null = null;
    let waiting: { cells: (string | null)[]; row: number; given: number }[] = [];
    let filled = 0;
    const add = (cells: (string | null)[], given: number): void => {
      collector.add(cells);
      filled += given;
    };
    const begin = (): void => {
      layout = sheetLayout(waiting, merges ?? []);
      const rows = waiting.slice(layout.skipped + layout.headings);
      waiting = [];
      for (const { cells, given } of rows) add(cells, given);
    };
    const facts = await readSheet(
      sheet.part,
      { string: (index) => strings[index], styles, from1904: workbook.from1904 },
      {
        row: (cells, row) => {
          const given = merged.fill(cells, row);
          checkColumns(cells.length, `Sheet "${sheet.name}"`);
          if (layout) add(cells, given);
          else if (waiting.push({ cells, row, given }) >= lookedAt) begin();
        },
        drain: () => collector.drain(),
        bytes: progress,
      },
      signal,
    );
    if (!layout) begin();
    const { header } = layout!;
    if (collector.count === 0) {
      throw new AtelierError(
        'no_rows',
        `Sheet "${sheet.name}" of ${workbook.name} has ${header ? 'names but no rows below them' : 'no rows'}. Nothing was imported.`,
      );
    }
    const width = Math.max(header?.length ?? 0, collector.used.length);
    const places = Array.from({ length: Math.min(width, maxColumns) }, (_, i) => i).filter(
      (i) => collector.used[i] || (header?.[i] ?? '') !== '',
    );
    const names = uniqueNames(places.map((place) => header?.[place] ?? ''));
    const relation = await collector.relation(places);
    return { relation, names, layout: layout!, facts, merged: merges && filled };
  } finally {
    collector.close();
  }
}

function readingNotes(sheet: Sheet, { layout, facts, merged }: CollectedRows): Manifest['notes'] {
  const notes = [
    {
      code: 'dialect',
      message: `Read from sheet "${sheet.name}", ${layout.header ? 'with' : 'without'} a row of names.`,
    },
  ];
  if (layout.skipped > 0) {
    notes.push({
      code: 'skipped_lines',
      message: `${layout.skipped === 1 ? 'The first filled row comes before the table and was' : `The first ${layout.skipped} filled rows come before the table and were`} left out.`,
    });
  }
  if (layout.headings > 1) {
    notes.push({
      code: 'joined_headings',
      message: `Names stand in ${layout.headings} rows above one another; they were joined (such as "${layout.header!.find((name) => name.includes(' ')) ?? layout.header![0]}").`,
    });
  }
  if (merged === null || merged > 0) {
    notes.push({
      code: 'merged_cells',
      message:
        merged === null
          ? 'More cells are merged than can be told apart: below a merged cell the value is missing.'
          : `Cells merged downwards have their value in each row: ${merged} were filled so.`,
    });
  }
  if (facts.errors > 0) {
    notes.push({
      code: 'error_cells',
      message: `${plural(facts.errors, 'cell shows an error such as #DIV/0! and counts', 'cells show an error such as #DIV/0! and count')} as missing.`,
    });
  }
  if (facts.uncomputed > 0) {
    notes.push({
      code: 'formulas_without_values',
      message: `${plural(facts.uncomputed, 'formula has no stored value and counts', 'formulas have no stored value and count')} as missing. Open the workbook in a spreadsheet program and save it.`,
    });
  }
  return notes;
}
