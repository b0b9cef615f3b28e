import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { datasetsFrom } from '../db/datasets.ts';
import type { Offered } from '../shared/contract.ts';
import { keepPasted } from '../jobs/pasted.ts';
import { looksLikeRuns } from '../jobs/looks-like-runs.ts';
import { looksLikeLanguageModel } from '../jobs/prompts/language-models.ts';
import { AtelierError } from '../shared/errors.ts';
import { apart, type ImportOffer } from '../shared/work/import.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen } from './dialogs.ts';
import { words } from './words.ts';

type Noun =
  | 'imports.choose'
  | 'imports.paste'
  | 'imports.offer'
  | 'imports.start'
  | 'imports.all'
  | 'imports.into'
  | 'sample.start'
  | 'runs.import';

const offerLivesMs = 10 * 60 * 1000;
const dataExtensions = [
  ...['csv', 'tsv', 'tab', 'psv', 'txt', 'md', 'dat', 'data', 'json', 'jsonl', 'ndjson', 'parquet', 'xlsx', 'xlsm'],
  ...['zip', 'tar', 'tgz', 'gz', 'idx', 'npy', 'npz'],
  ...['png', 'jpg', 'jpeg', 'webp', 'gif', 'tif', 'tiff', 'avif', 'bmp'],
  ...['wav', 'flac', 'mp3'],
];

export function importHandlers(desk: Desk): Pick<Handlers, Noun> {
  // The page knows an offer by its id only; the paths stay on this side.
  const offers = new Map<string, { paths: string[]; found: ImportOffer[]; until: number }>();

  const offer = async (paths: string[]): Promise<Offered> => {
    const [folder] = paths;
    if (paths.length === 1 && looksLikeLanguageModel(folder)) {
      return {
        id: randomUUID(),
        found: [],
        sources: [],
        runs: false,
        model: { folder: desk.studio.languageModels.add(folder) },
      };
    }
    const runs = await looksLikeRuns(paths);
    const found = runs ? [] : await desk.studio.datasets.offer(paths);
    const now = Date.now();
    for (const [id, { until }] of offers) if (until < now) offers.delete(id);
    const id = randomUUID();
    offers.set(id, { paths, found, until: now + offerLivesMs });
    return { id, found, sources: datasetsFrom(desk.studio.reading, paths), runs, model: null };
  };

  const choose = async (what: 'files' | 'folder'): Promise<string[] | null> => {
    const w = words(desk.preferences.value);
    return ask(
      what === 'folder'
        ? { title: w.dialog_import_folder(), buttonLabel: w.dialog_import(), properties: ['openDirectory'] }
        : {
            title: w.dialog_import_files(),
            buttonLabel: w.dialog_import(),
            properties: ['openFile', 'multiSelections'],
            filters: [
              { name: w.dialog_all_data(), extensions: dataExtensions },
              { name: w.dialog_all_files(), extensions: ['*'] },
            ],
          },
    );
  };

  const chooseRuns = (what: 'files' | 'folder'): Promise<string[] | null> => {
    const w = words(desk.preferences.value);
    return ask(
      what === 'folder'
        ? { title: w.dialog_import_runs(), buttonLabel: w.dialog_import(), properties: ['openDirectory'] }
        : {
            title: w.dialog_import_run_files(),
            buttonLabel: w.dialog_import(),
            properties: ['openFile', 'multiSelections'],
          },
    );
  };

  const ask = (options: Electron.OpenDialogOptions) => askToOpen(desk, options);

  return {
    'imports.choose': async ({ what }) => {
      const paths = await choose(what);
      return paths && offer(paths);
    },
    'imports.all': ({ offer: id }) => {
      const offered = offers.get(id);
      if (!offered || offered.until < Date.now()) throw expired();
      offers.delete(id);
      return apart(offered.found).map(
        ({ kind, file, sheet }) =>
          desk.studio.datasets.import({
            paths: offered.paths,
            kind,
            file: file ?? undefined,
            sheet: sheet ?? undefined,
          }).job,
      );
    },
    'imports.into': async ({ dataset, from }) => {
      const paths = from ? await choose(from) : undefined;
      return paths === null ? null : desk.studio.datasets.importInto(dataset, { paths }).job;
    },
    'imports.paste': async ({ text }) => {
      const path = keepPasted(desk.studio.folder, text);
      try {
        return await offer([path]);
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
    },
    'imports.offer': ({ paths }) => offer(paths),
    'imports.start': ({ offer: id, choice, name, target, separator, reference, classFrom, sampleRate, split }) => {
      const offered = offers.get(id);
      const chosen = offered?.found[choice];
      if (!offered || !chosen || offered.until < Date.now()) {
        throw expired();
      }
      const { kind, file, sheet } = chosen;
      const { job, result } = desk.studio.datasets.import({
        paths: offered.paths,
        kind,
        file: file ?? undefined,
        sheet: sheet ?? undefined,
        name,
        target: target === undefined ? withoutTable(chosen, offered.found) : target,
        separator,
        classFrom,
        sampleRate,
        ...(reference && { originals: 'referenced' as const }),
      });
      offers.delete(id);
      // A split that the data do not allow is told as that job's failure; the dataset is there all the same.
      if (split) result.then(({ version }) => desk.studio.datasets.withSplit(version, split)).catch(() => undefined);
      return job;
    },
    'runs.import': async (from) => {
      const offered = 'offer' in from ? offers.get(from.offer) : undefined;
      if ('offer' in from && (!offered || offered.until < Date.now())) throw expired();
      const paths = 'offer' in from ? offered!.paths : await chooseRuns(from.choose);
      return paths && desk.studio.runs.import(paths).result;
    },
    'sample.start': () => desk.studio.trainSample(desk.samples).firstJob,
  };
}

/** Files as they lie, where a table could say more of them: null, so that none is asked. */
const withoutTable = ({ kind, classTable }: ImportOffer, found: readonly ImportOffer[]): null | undefined =>
  !classTable && found.some((other) => other.classTable && other.kind === kind) ? null : undefined;

const expired = (): AtelierError =>
  new AtelierError('offer_expired', 'What was dropped is no longer at hand. Drop it again.');
