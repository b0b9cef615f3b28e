import { posix } from 'node:path';
import { Entries } from '../archives/entries.ts';
import { listZip } from '../archives/zip.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { FoundFile } from '../source.ts';
import { builtInFormat, customFormat, type Moment } from './formats.ts';
import { attribute, BadXml, inWorkbook, readXml } from './xml.ts';

const maxStrings = 20_000_000;
const maxCharacters = 200_000_000;

export interface Sheet {
  name: string;
  hidden: boolean;
  part: FoundFile;
}

/** An open .xlsx or .xlsm file (ECMA-376): what its parts say. Macros are parts that nobody reads. */
export class Workbook {
  readonly name: string;
  readonly sheets: readonly Sheet[];
  readonly from1904: boolean;
  readonly #parts: ReadonlyMap<string, FoundFile>;
  readonly #folder: string;
  readonly #targets: ReadonlyMap<string, string>;
  readonly #zip: { close(): void };

  private constructor(
    name: string,
    zip: { close(): void },
    parts: ReadonlyMap<string, FoundFile>,
    found: { sheets: Sheet[]; from1904: boolean; folder: string; targets: ReadonlyMap<string, string> },
  ) {
    this.name = name;
    this.#zip = zip;
    this.#parts = parts;
    this.sheets = found.sheets;
    this.from1904 = found.from1904;
    this.#folder = found.folder;
    this.#targets = found.targets;
  }

  /** Null where the file is a ZIP archive of something else. Throws `excel_damaged`, `excel_binary`, `opendocument`. */
  static open(path: string, name: string): Promise<Workbook | null> {
    return inWorkbook(name, async () => {
      const entries = new Entries(path, name, '');
      const zip = await listZip(path, name, entries);
      try {
        const parts = new Map(entries.files.map((file) => [file.relative, file]));
        const main = await mainPart(parts, name);
        if (main) return new Workbook(name, zip, parts, await readMain(parts, main));
      } catch (error) {
        zip.close();
        throw error;
      }
      zip.close();
      return null;
    });
  }

  close(): void {
    this.#zip.close();
  }

  /** Texts that cells refer to by their number; only the first `wanted` of them. Throws `excel_too_large`. */
  async strings(wanted = Infinity, signal?: AbortSignal): Promise<string[]> {
    const part = this.#related('sharedStrings');
    const strings: string[] = [];
    if (!part || wanted <= 0) return strings;
    let text = '';
    let inText = false;
    let spoken = 0;
    let characters = 0;
    await readXml(
      part,
      {
        open: (tag) => {
          if (tag === 'si') text = '';
          else if (tag === 'rPh') spoken++;
          else if (tag === 't') inText = spoken === 0;
        },
        text: (more) => {
          if (inText) text += more;
        },
        close: (tag) => {
          if (tag === 't') inText = false;
          else if (tag === 'rPh') spoken--;
          else if (tag === 'si') {
            strings.push(text);
            characters += text.length;
            if (strings.length > maxStrings || characters > maxCharacters) throw tooLarge(this.name);
          }
        },
        enough: () => strings.length >= wanted,
      },
      signal,
    );
    return strings;
  }

  /** For each of a cell's styles, how it shows a moment; null where it shows no such thing. */
  async styles(): Promise<(Moment | null)[]> {
    const part = this.#related('styles');
    const styles: (Moment | null)[] = [];
    if (!part) return styles;
    const own = new Map<string, Moment | null>();
    let inCells = false;
    await readXml(part, {
      open: (tag, attributes) => {
        if (tag === 'numFmt') own.set(attributes.numFmtId, customFormat(attributes.formatCode ?? ''));
        else if (tag === 'cellXfs') inCells = true;
        else if (tag === 'xf' && inCells) {
          const id = attributes.numFmtId ?? '0';
          styles.push(own.has(id) ? own.get(id)! : builtInFormat(Number(id)));
        }
      },
      close: (tag) => {
        if (tag === 'cellXfs') inCells = false;
      },
    });
    return styles;
  }

  #related(kind: string): FoundFile | null {
    const target = this.#targets.get(kind);
    return target === undefined ? null : (this.#parts.get(inArchive(this.#folder, target)) ?? null);
  }
}

const tooLarge = (name: string): AtelierError =>
  new AtelierError(
    'excel_too_large',
    `${name} holds more text than can be read from a workbook. Save its sheet as CSV and import that.`,
  );

const mainTypes = /spreadsheetml\.(sheet|template)\.main\+xml$|ms-excel\.(sheet|template)\.macroEnabled\.main\+xml$/i;

async function mainPart(parts: ReadonlyMap<string, FoundFile>, name: string): Promise<string | null> {
  const types = parts.get('[Content_Types].xml');
  if (parts.has('mimetype') && parts.has('content.xml')) {
    throw new AtelierError(
      'opendocument',
      `${name} is an OpenDocument file. Save the sheet as .xlsx or CSV, and import that.`,
    );
  }
  if (!types) return null;
  let main: string | null = null;
  let binary = false;
  await readXml(types, {
    open: (tag, { ContentType = '', PartName = '' }) => {
      if (tag !== 'Override') return;
      if (mainTypes.test(ContentType)) main = PartName.replace(/^\//, '');
      if (/ms-excel\.sheet\.binary/i.test(ContentType)) binary = true;
    },
  });
  if (main === null && binary) {
    throw new AtelierError(
      'excel_binary',
      `${name} is a binary workbook (.xlsb). Save it as .xlsx or CSV, and import that.`,
    );
  }
  return main;
}

async function readMain(
  parts: ReadonlyMap<string, FoundFile>,
  main: string,
): Promise<{ sheets: Sheet[]; from1904: boolean; folder: string; targets: Map<string, string> }> {
  const folder = posix.dirname(main);
  const workbook = parts.get(main);
  const relations = parts.get(posix.join(folder, '_rels', `${posix.basename(main)}.rels`));
  if (!workbook || !relations) throw new BadXml('A part that must be there is not.');
  /** By their numbers, and the only ones of their kind by that. */
  const targets = new Map<string, string>();
  const worksheets = new Set<string>();
  await readXml(relations, {
    open: (tag, { Id = '', Type = '', Target = '', TargetMode = '' }) => {
      // What lies outside of the file is not opened.
      if (tag !== 'Relationship' || TargetMode === 'External') return;
      const kind = Type.split('/').at(-1)!;
      targets.set(Id, Target);
      if (kind === 'worksheet') worksheets.add(Id);
      else targets.set(kind, Target);
    },
  });
  const sheets: Sheet[] = [];
  let from1904 = false;
  await readXml(workbook, {
    open: (tag, attributes) => {
      if (tag === 'workbookPr') from1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (tag !== 'sheet') return;
      const id = attribute(attributes, 'id') ?? '';
      const part = worksheets.has(id) ? parts.get(inArchive(folder, targets.get(id)!)) : undefined;
      if (part)
        sheets.push({
          name: attributes.name ?? '',
          hidden: 'state' in attributes && attributes.state !== 'visible',
          part,
        });
    },
  });
  return { sheets, from1904, folder, targets };
}

const inArchive = (folder: string, target: string): string =>
  target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
