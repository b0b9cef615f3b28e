import { zipOf } from './archives.ts';

/** A cell as the format has it: XML attributes and what is inside. */
export type XmlCell = string | null;

export interface XlsxSheet {
  name: string;
  /** Rows of cells in order from A on; null leaves a gap. Rows of null are left out of the sheet. */
  rows: (XmlCell[] | null)[];
  state?: 'hidden' | 'veryHidden';
  /** Cells merged into one, as "A1:B2". */
  merges?: string[];
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export const text = (value: string): XmlCell => ` t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is>`;
export const shared = (index: number): XmlCell => ` t="s"><v>${index}</v>`;
export const number = (value: number | string, style?: number): XmlCell =>
  `${style === undefined ? '' : ` s="${style}"`}><v>${value}</v>`;
export const formula = (value: number | null): XmlCell =>
  `><f>SUM(A1:A2)</f>${value === null ? '' : `<v>${value}</v>`}`;
export const bool = (value: boolean): XmlCell => ` t="b"><v>${value ? 1 : 0}</v>`;
export const fault = (value: string): XmlCell => ` t="e"><v>${value}</v>`;

const letters = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : letters(Math.floor(column / 26) - 1) + letters(column % 26);

function sheetXml({ rows, merges = [] }: XlsxSheet): string {
  const body = rows.map((cells, r) => {
    if (!cells) return '';
    const inside = cells.map((cell, c) => (cell === null ? '' : `<c r="${letters(c)}${r + 1}"${cell}</c>`)).join('');
    return `<row r="${r + 1}">${inside}</row>`;
  });
  const refs = merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('');
  const merged = merges.length === 0 ? '' : `<mergeCells count="${merges.length}">${refs}</mergeCells>`;
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${body.join('')}</sheetData>${merged}</worksheet>`;
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The parts of a workbook, as Excel calls and fills them. */
export function xlsxParts(
  sheets: readonly XlsxSheet[],
  options: { strings?: string[]; formats?: string[]; from1904?: boolean } = {},
): Record<string, Buffer> {
  const { strings = [], formats = [], from1904 = false } = options;
  const parts: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets>${sheets
      .map(
        ({ name, state }, i) =>
          `<sheet name="${escaped(name)}" sheetId="${i + 1}"${state ? ` state="${state}"` : ''} r:id="rId${i + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${sheets
      .map(
        (_, i) => `<Relationship Id="rId${i + 1}" Type="${office}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
      )
      .join(
        '',
      )}<Relationship Id="s" Type="${office}/styles" Target="styles.xml"/><Relationship Id="t" Type="${office}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    // Styles 0 to 3 are built in (general, date, time of day, date and time), the rest as given.
    'xl/styles.xml': `<styleSheet xmlns="${main}"><numFmts>${formats
      .map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${escaped(code)}"/>`)
      .join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${[
      0,
      14,
      21,
      22,
      ...formats.map((_, i) => 164 + i),
    ]
      .map((id) => `<xf numFmtId="${id}"/>`)
      .join('')}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst xmlns="${main}">${strings.map((each) => `<si><t>${escaped(each)}</t></si>`).join('')}</sst>`,
  };
  sheets.forEach((sheet, i) => (parts[`xl/worksheets/sheet${i + 1}.xml`] = sheetXml(sheet)));
  return Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, Buffer.from(xml)]));
}

export const xlsxOf = (...given: Parameters<typeof xlsxParts>): Buffer => zipOf(xlsxParts(...given));

/** A table as a sheet: cells that are numbers as such, the rest as texts. */
export const tableSheet = ({ names, rows }: { names: string[]; rows: string[][] }, name = 'Data'): XlsxSheet => ({
  name,
  rows: [
    names.map(text),
    ...rows.map((row) =>
      row.map((cell) => (cell === '' ? null : /^-?\d+(\.\d+)?$/.test(cell) ? number(cell) : text(cell))),
    ),
  ],
});
