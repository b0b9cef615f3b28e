import { AtelierError } from '../shared/errors.ts';
import { butAbout, isAbout } from './about-files.ts';
import { anyOf, withoutSplit } from '../shared/work/alike-names.ts';
import { annotatedKinds, type ImportKind, type ImportOffer } from '../shared/work/import.ts';
import { namedAudio } from './audio/file-type.ts';
import { namedImage } from './images/file-type.ts';
import { annotationLines } from './importers/annotation-lines.ts';
import { audioFolder } from './importers/audio-folder.ts';
import { imagesByTable, soundsByTable } from './importers/class-table.ts';
import { coco } from './importers/coco.ts';
import { conll } from './importers/conll.ts';
import { corpus } from './importers/corpus.ts';
import { csvBoxes } from './importers/csv-boxes.ts';
import { csv, isProse, textNames } from './importers/csv.ts';
import { excel } from './importers/excel.ts';
import { huggingFace } from './importers/hugging-face.ts';
import { huggingFaceSounds } from './importers/hugging-face-sounds.ts';
import { huggingFaceTexts } from './importers/hugging-face-texts.ts';
import { idx } from './importers/idx.ts';
import { imageFolder } from './importers/image-folder.ts';
import type { Importer } from './importers/importer.ts';
import { json } from './importers/json.ts';
import { labelStudio } from './importers/label-studio.ts';
import { labelme } from './importers/labelme.ts';
import { masks } from './importers/masks.ts';
import { numpy } from './importers/numpy.ts';
import { parquet } from './importers/parquet.ts';
import { spacy } from './importers/spacy.ts';
import { byConfiguration } from './importers/split-files.ts';
import { tableInFiles } from './importers/table-in-files.ts';
import { textFolder } from './importers/text-folder.ts';
import { tokenLines } from './importers/token-lines.ts';
import { voc } from './importers/voc.ts';
import { yolo } from './importers/yolo.ts';
import { noDataAmong } from './no-data/sift.ts';
import { contentName, type FoundFile, type Source } from './source.ts';
import { isForm, unlabelledParts } from './unlabelled-parts.ts';

/** Those that say what is marked in samples, the more certain of their own the earlier. */
export const annotatedSets = {
  jsonl: annotationLines,
  coco,
  'label-studio': labelStudio,
  labelme,
  voc,
  'csv-boxes': csvBoxes,
  yolo,
  masks,
  spacy,
  conll,
} satisfies Partial<Record<ImportKind, Importer>>;
/** Made of the files together. Asked in this order: the more certain a format is of its own, the earlier. */
const together: readonly Importer[] = [
  idx,
  numpy,
  annotationLines,
  coco,
  labelStudio,
  labelme,
  voc,
  csvBoxes,
  spacy,
  huggingFace,
  huggingFaceSounds,
  huggingFaceTexts,
  tokenLines,
  yolo,
  masks,
  conll,
  imagesByTable,
  imageFolder,
  soundsByTable,
  audioFolder,
  textFolder,
];
/** Those of `together` that a data set may hold several of. */
const inParquet: readonly Importer[] = [huggingFace, huggingFaceSounds, huggingFaceTexts];
/** Made of one file, or of a few that are one table. */
const tables: readonly Importer[] = [parquet, excel, json, csv];
const tableNames = /\.(csv|tsv|tab|psv|json|jsonl|ndjson|parquet|parq|pq|xlsx|xlsm|xls|xlsb|ods)$/i;
/** Several of these may be one table, kept in pieces. */
const pieces = /\.(parquet|parq|pq)$/i;
/** So may these, where they are called alike. */
const textTables = /\.(csv|tsv|tab|psv|json|jsonl|ndjson)$/i;
/** More files than this are not asked one by one. */
const maxAsked = 64;

/** One thing that can be made of a source, and who makes it of which of the files. */
export interface Found {
  offer: ImportOffer;
  importer: Importer;
  source: Source;
}

/**
 * Everything that the source holds, likeliest first; with `kind`, what it might hold of that kind too. Throws what an import would throw at
 * once where there is nothing.
 */
export async function findAll(
  source: Source,
  { kind, file }: { kind?: ImportKind; file?: string } = {},
): Promise<Found[]> {
  if (source.files.length === 0) throw noDataAmong(source) ?? nothing(source);
  const found: Found[] = [];
  const errors: AtelierError[] = [];
  /** False: not of this format. */
  const ask = async (importer: Importer, part: Source, file: string | null): Promise<boolean> => {
    try {
      const offers = await importer.offer(part);
      for (const offer of offers) {
        const referable = isReferable(offer.kind, part);
        found.push({
          importer,
          source: part,
          offer: { sheet: null, ...offer, file: offer.file ?? file, referable },
        });
      }
      return offers.length > 0;
    } catch (error) {
      // What is wrong with one thing does not keep the others from being found.
      if (!(error instanceof AtelierError) || error.code === 'source_vanished') throw error;
      errors.push(error);
      return true;
    }
  };
  for (const importer of together) {
    if (!inParquet.includes(importer)) await ask(importer, source, null);
    else
      for (const { folder, files } of byConfiguration(source.files.filter(isPiece)))
        await ask(importer, folder === null ? source : configuration(source, folder, files), folder);
  }
  // A README and a configuration beside a model are nothing that was meant.
  const onlyAbout = source.files.every((each) => source.withoutData?.has(each) || isAbout(each.relative));
  if (found.length === 0 && onlyAbout && source.files.length > 1 && file === undefined) {
    const noData = noDataAmong(source);
    if (noData) throw noData;
  }
  const annotated = found.some(({ offer }) => annotatedKinds.includes(offer.kind));
  const { parts, prose } = await tableParts(source, found.length > 0 && kind !== 'table', annotated, file);
  const inPieces = new Set<FoundFile>();
  for (const { files, called, folder } of parts) {
    if (inPieces.has(files[0])) continue;
    const before = found.length;
    const named = { ...source, files, suggestedName: nameOf(source, files), beside: source.files };
    const part = folder === null ? named : configuration(source, folder, files);
    const together = isPiece(files[0]) ? parquet : tableInFiles;
    const askers = files.length > 1 ? [together] : tables.filter((importer) => !(prose && importer === csv));
    for (const importer of askers) if (await ask(importer, part, called)) break;
    // Of text each file can be had alone, too.
    if (files.length > 1 && together === parquet && found.length > before) files.forEach((file) => inPieces.add(file));
  }
  // Pictures and sounds beside a table go with it, more likely than the other way round.
  found.sort((a, b) => Number(isUnlabelled(a.offer)) - Number(isUnlabelled(b.offer)));
  tellUnlabelled(found, source);
  // Any text is one of these: it counts where it is nothing else, nor something else was meant that is no data.
  const noData = noDataAmong(source);
  const meant = source.refused.length > 0 ? noData : null;
  if ((found.length === 0 && !meant) || kind === 'corpus') await ask(corpus, source, null);
  // A form is nothing to learn from: it is there for who asks for it, or where nothing else is.
  const data = found.filter(({ offer }) => offer.file === null || offer.file === file || !isForm(offer.file));
  if (data.length > 0) return data;
  if (found.length > 0) return found;
  throw meant ?? errors[0] ?? noData ?? unknownFormat(source);
}

/** A training table whose test rows lie beside it without the target is what is meant: it comes before them. */
function tellUnlabelled(found: Found[], whole: Source): void {
  const parts = unlabelledParts(found.map(({ offer }) => offer));
  const behind = new Set([...parts.values()].flatMap(({ file, forms }) => [file, ...forms]));
  for (const [i, unlabelled] of parts) {
    const { offer, source } = found[i];
    // "train" says nothing of what is learnt.
    const named = whole.wholeFolder || whole.files.every(({ packed }) => packed);
    const bare = named && withoutSplit(contentName(source.files[0]).split('/').at(-1)!).startsWith('.');
    const suggestedName = bare ? whole.suggestedName : offer.suggestedName;
    found[i] = {
      ...found[i],
      source: { ...source, suggestedName },
      offer: { ...offer, suggestedName, target: unlabelled.target ?? offer.target, unlabelled },
    };
  }
  const rank = ({ offer: { kind, file, unlabelled } }: Found): number =>
    kind !== 'table' ? 0 : behind.has(file ?? '') ? 2 : unlabelled ? 0 : 1;
  if (parts.size > 0) found.sort((a, b) => rank(a) - rank(b));
}

const isUnlabelled = ({ kind, folders }: ImportOffer): boolean =>
  (kind === 'image-folder' || kind === 'audio-folder') && folders === 0;

/**
 * The files, or groups of files, that may each be a table. `besides`: something else was found, and only what is called a table counts.
 * `annotated`: what was found
 * are annotations. `prose`: those that are text are that and no rows.
 */
async function tableParts(
  source: Source,
  besides: boolean,
  annotated: boolean,
  wanted?: string,
): Promise<{ parts: Part[]; prose: boolean }> {
  // Beside an annotated set JSON is what annotates it.
  const files = source.files.filter(
    (file) =>
      !source.withoutData?.has(file) &&
      !namedImage(file.relative) &&
      !namedAudio(file.relative) &&
      !(annotated && besides && /\.json$/i.test(contentName(file))),
  );
  const all = files.filter((file) => tableNames.test(contentName(file)));
  const asked = all.filter(({ relative }) => relative === wanted);
  const named = asked.length > 0 ? all : butAbout(all);
  if (named.length > 0 || besides) return { parts: each(named), prose: false };
  const texts = files.filter((file) => textNames.test(contentName(file)));
  if (texts.length > 0) return { parts: each(texts), prose: await isProse(texts) };
  return { parts: files.length === 1 ? each(files) : [], prose: false };
}

/** Files that may be one table, and what they are called among others. */
interface Part {
  files: FoundFile[];
  called: string;
  /** Of a data set's configuration. */
  folder: string | null;
}

/** Each file by itself; what may be a table in pieces, together before. */
function each(files: FoundFile[]): Part[] {
  const alike = new Map<string, FoundFile[]>();
  for (const file of files.filter((one) => textTables.test(contentName(one)))) {
    const name = withoutSplit(contentName(file));
    alike.set(name, [...(alike.get(name) ?? []), file]);
  }
  const configurations = byConfiguration(files.filter(isPiece)).map(({ folder, files }) => {
    return { files, folder, called: folder ?? files[0]?.relative ?? '' };
  });
  const texts = [...alike.values()].map((files) => ({ files, folder: null, called: anyOf(contentName(files[0])) }));
  const single = files.slice(0, maxAsked).map((file) => ({ files: [file], folder: null, called: file.relative }));
  return [...[...configurations, ...texts].filter(({ files }) => files.length > 1), ...single];
}

const isPiece = (file: FoundFile): boolean => pieces.test(contentName(file));

/** One of several configurations of a data set, each in a folder of its own. */
const configuration = (source: Source, folder: string, files: FoundFile[]): Source => ({
  ...source,
  files,
  suggestedName: `${source.suggestedName} ${folder.replaceAll('/', ' ')}`,
  beside: source.files,
});

/** A table among other files is called as its file is, or as its files are all called. */
function nameOf(source: Source, files: FoundFile[]): string {
  if (source.files.length === 1) return source.suggestedName;
  if (files.length > 1) {
    const [, name = ''] =
      /^(?:.*\/)?[^a-z]*([a-z].*?)?[-_. ]*\.[a-z]+$/.exec(withoutSplit(contentName(files[0]))) ?? [];
    return name === '' || source.wholeFolder ? source.suggestedName : name;
  }
  const name = contentName(files[0]).split('/').at(-1)!;
  return name.replace(/\.[^.]+$/, '') || source.suggestedName;
}

/** Those that make images of image files. */
const ofImageFiles: readonly ImportKind[] = [
  'image-folder',
  'coco',
  'yolo',
  'voc',
  'csv-boxes',
  'label-studio',
  'labelme',
];

/** Whether its images lie on the disk as files, and could be left there. */
function isReferable(kind: ImportKind, { files }: Source): boolean {
  if (!ofImageFiles.includes(kind)) return false;
  const named = files.filter(({ relative }) => namedImage(relative));
  if (named.length === 0 && kind !== 'image-folder') return false;
  return (named.length > 0 ? named : files).every(({ packed }) => !packed);
}

/** One of them, as it was asked for; `others`: what else there was. Throws `several_tables` where a choice must be made, `unknown_format`. */
export function choose(
  source: Source,
  found: readonly Found[],
  { kind, file, sheet }: { kind?: ImportKind; file?: string; sheet?: string },
): { chosen: Found; others: Found[] } {
  const inFile = found.filter(
    ({ offer }) => (kind === undefined || offer.kind === kind) && (file === undefined || offer.file === file),
  );
  const shown = inFile.filter(({ offer }) => sheet === undefined || offer.sheet === sheet);
  // Hidden ones are not offered: whoever reads the workbook knows whether it has one of this name.
  const fitting = shown.length > 0 ? shown : inFile.filter(({ offer }) => offer.sheet !== null);
  const [chosen] = fitting;
  if (!chosen) throw notFound(source, found, { kind, file, sheet });
  // What it is put together from is nothing else.
  const apart = found.filter((each) => !isWithin(each, chosen));
  const { unlabelled } = chosen.offer;
  const besides = unlabelled ? [unlabelled.file, ...unlabelled.forms] : [];
  const others = apart.filter(
    ({ offer: { kind, file } }) => kind === chosen.offer.kind && file !== null && !besides.includes(file),
  );
  const rivals = others.filter((each) => fitting.includes(each) && !others.some((other) => isLess(each, other)));
  // Beside a table that is to be learnt from for rows of its own, others only add to it.
  if (chosen.offer.file !== null && !unlabelled && rivals.length > 0) {
    const names = [...new Set([chosen, ...rivals].map(({ offer }) => offer.file!))];
    throw new AtelierError(
      'several_tables',
      `${names.length} tables were given (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}). Import them one at a time: drop a single file, or name it with --file.`,
      names,
    );
  }
  const inFiles = chosen.importer === tableInFiles;
  return { chosen, others: (inFiles ? apart : found).filter((each) => each !== chosen) };
}

const isWithin = ({ source: { files } }: Found, other: Found): boolean =>
  files.every((each) => other.source.files.includes(each));
/** A part of what the other is made of. */
const isLess = (one: Found, other: Found): boolean =>
  one.source.files.length < other.source.files.length && isWithin(one, other);

/** What an offer is called among others. */
export const offerName = ({ kind, file, sheet }: ImportOffer): string =>
  file === null ? kind : sheet === null ? file : `${file}, sheet "${sheet}"`;

function notFound(
  source: Source,
  found: readonly Found[],
  asked: { kind?: ImportKind; file?: string; sheet?: string },
): AtelierError {
  const words = [
    asked.kind === undefined ? '' : ` as "${asked.kind}"`,
    asked.file === undefined ? '' : ` by the file "${asked.file}"`,
    asked.sheet === undefined ? '' : ` by the sheet "${asked.sheet}"`,
  ].join('');
  const names = found.slice(0, 10).map(({ offer }) => offerName(offer));
  return new AtelierError(
    'unknown_format',
    `${source.root} cannot be imported${words}. It holds: ${names.join('; ')}${found.length > 10 ? '; …' : ''}.`,
  );
}

const nothing = ({ root, refused }: Source): AtelierError =>
  new AtelierError(
    'nothing_found',
    `${root} holds no files to import.`,
    refused.slice(0, 20).map((each) => each.message),
  );

const unknownFormat = ({ root, files }: Source): AtelierError =>
  new AtelierError(
    'unknown_format',
    `${files.length === 1 ? files[0].relative : root} holds nothing that can be imported. Drop a table (CSV, TSV), a folder of images, sounds or texts with one folder per class, plain text files, or IDX files.`,
  );
