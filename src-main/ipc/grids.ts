import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeGridFile } from '../jobs/prompts/grid-file.ts';
import { judgedLines } from '../jobs/prompts/judged-grid.ts';
import { benchRow, rowsOfFile, rowsOfVersion } from '../jobs/prompts/rows.ts';
import { AtelierError } from '../shared/errors.ts';
import type { GridId } from '../shared/ids.ts';
import type { JudgedKind } from '../shared/judged.ts';
import type { GridRow, GridSource, RowSource } from '../shared/prompt/grid.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen, askToSave } from './dialogs.ts';
import { words } from './words.ts';

type Noun = Extract<keyof Handlers, `grids.${string}` | `evaluations.${string}`>;

/** So many files that were chosen are kept for what is asked with them. */
const mostChosen = 10;

export function gridHandlers(desk: Desk): Pick<Handlers, Noun> {
  const chosen = new Map<string, { name: string; rows: GridRow[] }>();
  let last = 0;
  const done = (act: () => void): null => {
    act();
    return null;
  };
  const rowsOf = async (of: RowSource): Promise<{ rows: GridRow[]; source: GridSource }> => {
    const { studio } = desk;
    if ('bench' in of) return { rows: [benchRow(studio.reading, of.bench)], source: { kind: 'bench' } };
    if ('file' in of) {
      const file = chosen.get(of.file);
      if (!file) throw new AtelierError('no_such_file', 'Choose the file of rows again.');
      return { rows: file.rows, source: { kind: 'file', name: file.name } };
    }
    const { version, split, limit } = of;
    const found = studio.datasets.version(version);
    const { dataset, number } = found;
    const { name } = studio.datasets.get(dataset).summary;
    return {
      rows: await rowsOfVersion(studio.samples, found, split, limit),
      source: { kind: 'version', version, name, number, split },
    };
  };
  const judgedText = (id: GridId, kind: JudgedKind) => {
    const lines = judgedLines(desk.studio.reading, id, kind);
    return { text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''), judged: lines.length };
  };
  const fileName = (id: GridId, ending: string) =>
    `${desk.studio.grids
      .get(id)
      .summary.name.replace(/[^\p{L}\p{N}. -]+/gu, '-')
      .slice(0, 80)}${ending}`;
  return {
    'grids.list': (of) => desk.studio.grids.list(of),
    'grids.get': ({ id }) => desk.studio.grids.get(id),
    'grids.page': ({ id, offset, limit }) => desk.studio.grids.page(id, offset, limit),
    'grids.answer': ({ id, row, column }) => desk.studio.grids.answer(id, row, column),
    'grids.chooseRows': async () => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_choose_rows(),
        buttonLabel: w.dialog_open(),
        properties: ['openFile'],
        filters: [
          { name: w.dialog_row_files(), extensions: ['csv', 'jsonl', 'ndjson'] },
          { name: w.dialog_all_files(), extensions: ['*'] },
        ],
      };
      const filePaths = await askToOpen(desk, options);
      if (!filePaths) return null;
      const rows = rowsOfFile(filePaths[0]);
      const name = basename(filePaths[0]);
      const file = `rows-${++last}`;
      chosen.set(file, { name, rows });
      for (const old of [...chosen.keys()].slice(0, -mostChosen)) chosen.delete(old);
      return { file, name, rows: rows.length, columns: [...new Set(rows.slice(0, 100).flatMap(Object.keys))] };
    },
    'grids.create': async ({ rows: of, ...wish }) => {
      const { grids } = desk.studio;
      const id = await grids.make({ ...wish, ...(await rowsOf(of)) });
      grids.fill(id);
      return id;
    },
    'grids.fill': ({ id, only }) => desk.studio.grids.fill(id, only).job,
    'grids.set': ({ id, ...change }) => done(() => desk.studio.grids.set(id, change)),
    'grids.rate': ({ id, row, column, rating }) => done(() => desk.studio.grids.rate(id, row, column, rating)),
    'grids.prefer': ({ id, row, ...preference }) => done(() => desk.studio.grids.prefer(id, row, preference)),
    'grids.saveJudged': async ({ id, kind }) => {
      const { text, judged } = judgedText(id, kind);
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_save_judged(),
        defaultPath: fileName(id, `-${kind}.jsonl`),
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      await writeFile(filePath, text);
      return { path: filePath, judged };
    },
    'grids.save': async ({ id }) => {
      const w = words(desk.preferences.value);
      const options: Electron.SaveDialogOptions = {
        title: w.dialog_save_grid(),
        defaultPath: fileName(id, '.csv'),
        filters: [
          { name: 'CSV', extensions: ['csv'] },
          { name: 'HTML', extensions: ['html'] },
          { name: 'JSON Lines', extensions: ['jsonl'] },
        ],
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      await writeGridFile(desk.studio.reading, id, filePath);
      return { path: filePath };
    },
    'grids.makeDataset': async ({ id, kind }) => {
      const { text } = judgedText(id, kind);
      const folder = await mkdtemp(join(tmpdir(), 'atelier-judged-'));
      try {
        const path = join(folder, fileName(id, `-${kind}.jsonl`));
        await writeFile(path, text);
        return (await desk.studio.datasets.import({ paths: [path] }).result).dataset;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    'evaluations.test': ({ prompt }) => desk.studio.evaluations.test(prompt),
    'evaluations.setTest': ({ prompt, test }) => done(() => desk.studio.evaluations.setTest(prompt, test)),
    'evaluations.list': ({ prompt }) => desk.studio.evaluations.list(prompt),
    'evaluations.get': ({ id }) => desk.studio.evaluations.get(id),
    'evaluations.start': async ({ rows: of, ...wish }) => {
      const test = desk.studio.evaluations.test(wish.prompt);
      const { grid, job } = await desk.studio.evaluations.start({ ...wish, test, ...(await rowsOf(of)) });
      return { grid, job };
    },
    'evaluations.compare': ({ first, second }) => desk.studio.evaluations.compare(first, second),
  };
}
