import { existsSync, readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { rateRange } from '../shared/audio.ts';
import { longestSeparator } from '../shared/class-sets.ts';
import type { DatasetDetail, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { datasetsFrom } from '../db/datasets.ts';
import { looksLikeLanguageModel } from '../jobs/prompts/language-models.ts';
import { keepPasted } from '../jobs/pasted.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import { importKinds, readFromThere, type Growth, type ImportKind } from '../shared/work/import.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { contentJson } from './json.ts';
import { count, table } from './format.ts';
import { integer, withCommon } from './options.ts';
import type { Output } from './output.ts';
import { splitHelp, splitWish, withSplit, type SplitOptions } from './split-options.ts';

interface Options extends CommonOptions, SplitOptions {
  name?: string;
  kind?: ImportKind;
  file?: string;
  sheet?: string;
  target?: string;
  sampleRate?: number;
  splitSeed: number;
  resume?: string | true;
  into?: string;
  rowKey?: string;
  several?: string;
  reference?: true;
  classFrom?: string;
}

export function addImport(program: Command, context: CommandContext): void {
  withSplit(withCommon(program.command('import')))
    .description('read files into a new dataset: tables, images, sounds, texts or arrays, also in archives')
    .argument('[path...]', 'the file, folder, files or archive; - reads a table or other text from standard input')
    .option('--name <name>', "the dataset's name (default: from the file's name)")
    .addOption(
      new Option('--kind <kind>', 'what the files are, where their content leaves it open').choices(importKinds),
    )
    .option('--file <path>', 'of several tables the one in this file, by its path inside what is given')
    .option('--sheet <name>', 'of several sheets the one of this name (default: the first with rows)')
    .option(
      '--target <column>',
      'the column, or array, to predict; of images with a table, the column of their classes; "" for none (default: guessed)',
    )
    .option(
      '--several <separator>',
      'of tables: each cell of --target names several classes, with this between them, such as "|"',
    )
    .option('--resume [job]', 'go on with an import that was cut short (default: the last one); no paths then')
    .option(
      '--into <dataset>',
      'the files are those of this dataset, grown: makes its next version (default: where it came from)',
    )
    .option('--row-key <column>', 'with --into: the column that tells rows apart (default: by all that is in them)')
    .option(
      '--class-from <pattern>',
      "of images and sounds: the class is what this regular expression's first group finds in the file's name (default: the folder)",
    )
    .option(
      '--sample-rate <hz>',
      'of sounds: the rate that all are brought to (default: the most common of theirs)',
      integer(rateRange.min, 192_000),
    )
    .option(
      '--reference',
      'leave image files where they are, instead of copying them into the workspace; training needs only what is stored',
    )
    .option('--split-seed <n>', 'seed of the train/validation/test split', integer(0, 2 ** 32 - 1), 0)
    .addHelpText(
      'after',
      `${splitHelp}

Without any of these a split that comes with the files is kept, else 70 / 15 / 15 % are drawn, stratified. Where a split was asked for it is a second
version of the dataset: the first has the usual one, and stays should the data not allow what was asked.

What is taken, told by content whatever the files are called:
  tables    CSV and its kin, with any delimiter, quoting, decimal comma; in UTF-8, UTF-16, GB 18030 or Windows-1252
            JSON: an array of objects, an object with one such array, or an object a line (JSON Lines)
            Parquet: one file, or several of the same columns
            Excel: .xlsx and .xlsm; formulas by their stored values, dates as dates, macros never run
            NumPy: .npy and .npz of 2 dimensions, or lists of one length
  images    a sub-folder per class, or without any; or a table beside them that names files and classes (labels.csv, train.csv with train/,
            metadata.jsonl; also as a column a class), perhaps with their split: --target takes another of its columns; IDX pairs as in MNIST;
            NumPy arrays of 3 or 4 dimensions, with labels in a second one (y, labels, *_labels, or --target)
  sounds    WAV (PCM, floats, G.711), FLAC and MP3: a sub-folder per class, a table as for images, or without any. Files are kept as they came; trained on are
            their channels' mean, 16 bits, at one rate, resampled where theirs is another
  annotated images with COCO JSON, YOLO text files (data.yaml, classes.txt), Pascal VOC XML, a CSV of boxes, or Label Studio's
            JSON: drop the folder that holds both. Image files are kept as they came
            images with masks as PNG in a folder beside them (masks/, labels/, SegmentationClass/): a class number or, with
            a legend, a colour per pixel (legend.json, CVAT's labelmap.txt, class_dict.csv, classes.txt), or a file per object
            images inside Parquet, as Hugging Face's data sets have them; classes by the names that come with them
            texts with CoNLL's tags (BIO, IOB1, BIOES, BILOU, BMES), in files of their own or as lists of tokens and tags in Parquet
            or JSON Lines (Hugging Face; tags by name, or by number with the names in the card, dataset_info.json or labels.txt), or Label Studio's JSON
  texts     a sub-folder per class; without such folders they are a corpus, for language models: long files are cut into parts
  packed    gzip of any of these; ZIP and TAR (.tar, .tar.gz) of folders, tables, IDX files

Cells of a target that look like several classes each are told of; --several says that they are: each class is then told by itself. A sample of
no class at all has the separator alone; an empty cell is without a label.

Objects inside JSON and Parquet become columns called a.b; lists stay one column, as JSON. Files called train-* with test-* (or
t10k-*), and folders so called, become given splits. Files of CSV or JSON with the same columns whose names differ only by split or
numbers (train.csv and test.csv, sales-2026.csv and sales-2027.csv) are one table; --file takes one of them alone. Where there are
several things, --kind, --file and --sheet choose; hidden sheets can be named, too. What cannot be read is listed and left out, as is what only is
called data: Git LFS pointers, saved web pages, models, documents. Importing the same data again gives the dataset that is there already; what has
changed since makes a new one, and a note on standard error names the dataset that --into would have made a next version of.

Image files are kept twice: as small pictures, which training reads, and as they came, to be looked at and exported. With --reference the latter stay
where they are, and Atelier keeps their path, size, time and SHA-256: atelier data show tells whether they are still there, atelier data relink where
they went. Images in archives, and such as tables hold, are always copied.

With --into only what came or changed is stored. What stays keeps its split, its types and the labels that were corrected; what comes is
divided by the same rule, drawn splits going on by the hash of what a sample is. Rows are compared by what is in them, or by --row-key;
images by their path and content. Where nothing has changed no version is made.

Whenever an import is ended, the dataset is there whole or not at all. One that was cut short (a crash, a loss of power, a disk pulled out)
goes on with --resume: images that were read already are not read again, tables and texts are read from the beginning.

JSON: {"dataset","version","name","kind","samples","classes","class_counts","target","task","columns","image","audio","splits",
       "rejected","rejected_count","notes","reused","growth":{"added","removed","changed"} or null,"annotations":{"total","types","classes","flags","annotated"} or null}

Examples:
  $ atelier import iris.csv --target species
  $ atelier import films.csv --target genres --several "|"     # a cell such as drama|war is of both classes
  $ atelier import sales.xlsx --sheet 2026
  $ atelier import scans.csv --split grouped --group patient --fractions 0.8,0.1,0.1
  $ atelier import events.jsonl.gz
  $ atelier import photos.zip --name flowers
  $ atelier import lesions/ --target dx         # lesions/images/*.jpg, lesions/metadata.csv
  $ atelier import digits.npz               # x_train, y_train, x_test, y_test
  $ atelier import reviews/ --name reviews    # reviews/good/*.txt, reviews/bad/*.txt
  $ atelier import blood-cells/               # Annotations/*.xml, JPEGImages/*.jpg, ImageSets/Main/*.txt
  $ atelier import /mnt/photos --reference     # copies nothing but small pictures to train on
  $ atelier import --resume
  $ atelier import --into photos                # whence they came; or: atelier import /mnt/photos --into photos
  $ atelier import sales-2027.csv --into sales --row-key order_id
  $ atelier import digits/ --sample-rate 8000   # digits/zero/*.wav, digits/one/*.wav
  $ atelier import recordings/ --class-from '^([^_]+)_'   # recordings/0_jackson_3.wav is a "0"
  $ atelier import book.txt --kind corpus
  $ atelier import train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz`,
    )
    .action((paths: string[], options: Options) =>
      importFiles(new Session(context, 'import', options), paths, options),
    );
}

/** A language model's folder is full of tables to whoever looks for data. Throws `is_a_language_model`, unless a certain file of it is wanted. */
export function requireData(
  paths: readonly string[],
  { kind, file, sheet }: Pick<Options, 'kind' | 'file' | 'sheet'>,
): void {
  const model = paths.find(looksLikeLanguageModel);
  if (model === undefined || kind !== undefined || file !== undefined || sheet !== undefined) return;
  throw new AtelierError(
    'is_a_language_model',
    `${model} is the folder of a language model, not data. Put it in the list with: atelier models add ${quoted(model)}; or ask it at once: atelier generate ${quoted(model)} --prompt "…". A file in it that is data is taken by --file.`,
  );
}

const quoted = (path: string): string => (/^[\w./\\:@%+=-]+$/.test(path) ? path : `"${path.replaceAll('"', '\\"')}"`);

async function importFiles(session: Session, given: string[], options: Options): Promise<void> {
  if (options.resume !== undefined) return resume(session, given, options);
  if (options.into !== undefined) return into(session, given, options, options.into);
  if (options.rowKey !== undefined) throw new AtelierError('bad_arguments', '--row-key goes with --into.');
  if (given.length === 0) throw new AtelierError('bad_arguments', 'Say what to import: a file, a folder, or several.');
  const { several: between } = options;
  if (between !== undefined && (between === '' || between.length > longestSeparator || options.target === undefined)) {
    throw new AtelierError(
      'bad_arguments',
      `--several is what stands between the classes in a cell of --target: 1 to ${longestSeparator} characters, and --target goes with it.`,
    );
  }
  const paths = existing(session, given);
  requireData(paths, options);
  const split = splitWish(options, options.splitSeed);
  await session.own(async (studio) => {
    const { name, kind, file, sheet, target, sampleRate, splitSeed } = options;
    const originals = options.reference ? 'referenced' : undefined;
    const { classFrom, several: separator } = options;
    const read = {
      kind,
      file,
      sheet,
      target: target === '' ? null : target,
      separator,
      classFrom,
      sampleRate,
      originals,
    } as const;
    const asked = { paths, name, splitSeed, ...read };
    const known = readFromThere(datasetsFrom(studio.reading, paths), { kind, file, sheet });
    const imported = await studio.datasets.import(asked).result;
    const version = split ? (await studio.datasets.withSplit(imported.version, split)).id : imported.version;
    tellDataset(session.out, studio.datasets.get(imported.dataset, version), imported.reused);
    // What was left open then may have been another sheet or file than the one that is named now.
    const isSame = [[sheet, known?.sheet] as const, [file, known?.file] as const].every(
      ([named, then]) => named === undefined || named === then,
    );
    if (known && isSame && !imported.reused) {
      session.out.note(
        `"${known.name}" was read from there before; its next version, of what has changed, is made by: atelier import --into "${known.name}"`,
      );
    }
  });
}

async function into(session: Session, given: string[], options: Options, text: string): Promise<void> {
  const { name, target, kind, file, sheet, rowKey: key } = options;
  if (
    name !== undefined ||
    target !== undefined ||
    options.several !== undefined ||
    options.reference ||
    options.classFrom !== undefined ||
    splitWish(options, options.splitSeed)
  ) {
    throw new AtelierError(
      'bad_arguments',
      'With --into the name, the target, the way to divide, whether files are copied and where classes come from are as they are with the dataset.',
    );
  }
  const paths = given.length > 0 ? existing(session, given) : undefined;
  await session.own(async (studio) => {
    const { dataset } = resolveDataset(studio.reading, text);
    const made = await studio.datasets.importInto(dataset, { paths, kind, file, sheet, key }).result;
    tellDataset(session.out, studio.datasets.get(dataset, made.version), made.reused, made.growth);
  });
}

function existing(session: Session, given: string[]): string[] {
  const paths = given.map((path) =>
    path === '-' ? keepPasted(session.folder, readFileSync(0, 'utf8')) : session.path(path),
  );
  const missing = paths.find((path) => !existsSync(path));
  if (missing) throw new AtelierError('no_such_file', `There is nothing at ${missing}. Check the path.`);
  return paths;
}

/** What was asked at the beginning counts, and what was done by the end of it. */
async function resume(session: Session, given: string[], { resume: text, ...options }: Options): Promise<void> {
  const others = (
    ['name', 'kind', 'file', 'sheet', 'target', 'into', 'rowKey', 'several', 'reference', 'classFrom'] as const
  ).filter((key) => options[key] !== undefined);
  if (given.length > 0 || others.length > 0 || splitWish(options, options.splitSeed)) {
    throw new AtelierError('bad_arguments', '--resume goes on with an import as it was begun: give nothing besides.');
  }
  await session.own(async (studio) => {
    const open = studio.jobs.list().filter((job) => job.kind === 'import' && job.again !== null);
    const fitting = typeof text === 'string' ? open.filter(({ id }) => id.startsWith(text)) : open;
    const [job] = fitting;
    if (!job || (typeof text === 'string' && fitting.length > 1)) {
      throw new AtelierError(
        'cannot_resume',
        open.length === 0
          ? 'No import failed or was cut short: there is nothing to go on with.'
          : `${fitting.length > 1 ? `Several imports begin with "${text}"` : `No import that could go on is called "${text}"`}. There are: ${open.map(({ id, title }) => `${id} (${title})`).join(', ')}.`,
      );
    }
    const imported = await studio.datasets.importAgain(job.id).result;
    tellDataset(session.out, studio.datasets.get(imported.dataset, imported.version), imported.reused, imported.growth);
  });
}

function samplesWords({ image, audio }: Manifest): string {
  if (image) return `images of ${image.width}×${image.height}${image.channels === 3 ? ' in colour' : ''}`;
  return audio ? `sounds at ${audio.rate} Hz` : 'rows';
}

function tellDataset(
  out: Output,
  { summary, version }: DatasetDetail,
  reused: boolean,
  growth: Growth | null = null,
): void {
  const { manifest } = version;
  out.record({
    dataset: summary.id,
    version: version.id,
    name: summary.name,
    kind: manifest.kind,
    samples: manifest.samples,
    classes: manifest.classes.length,
    ...contentJson(manifest),
    image: manifest.image,
    audio: manifest.audio ?? null,
    splits: manifest.splits,
    rejected: manifest.rejected,
    rejected_count: manifest.rejectedCount,
    notes: manifest.notes,
    reused,
    growth,
    annotations: manifest.annotations ?? null,
  });

  const classes = manifest.classes.length > 0 ? `, ${manifest.classes.length} classes` : '';
  if (growth) {
    out.text(
      reused
        ? 'Nothing has changed since: no version was made.'
        : `Version ${version.number} (${version.id}): ${version.change}`,
    );
  }
  out.text(
    `${growth ? 'Now' : reused ? 'Already here' : 'Imported'}: ${summary.name} (${summary.id}), ${count(manifest.samples)} ${samplesWords(manifest)}${classes}`,
  );
  const { train, validation, test } = manifest.splits;
  out.text(
    `Split: train ${count(train)}, validation ${count(validation)}, test ${count(test)} (${manifest.splitSource})`,
  );
  if (manifest.annotations) {
    const { total, classes: marked } = manifest.annotations;
    out.text(`Annotations: ${count(total)}`);
    out.text('');
    const rows = marked.map((one) => [one.name, count(one.count), count(one.samples)]);
    out.text(table([['CLASS', 'ANNOTATIONS', 'SAMPLES'], ...rows]));
  }
  if (manifest.kind === 'table') {
    const columns = manifest.columns.map((column) => [
      column.name,
      column.type,
      column.role,
      count(column.missing),
      count(column.distinct),
    ]);
    out.text('');
    out.text(table([['COLUMN', 'TYPE', 'ROLE', 'MISSING', 'DISTINCT'], ...columns]));
  }
  for (const note of manifest.notes) out.note(`Note: ${note.message}`);
  if (manifest.rejectedCount > 0) {
    out.note(`${count(manifest.rejectedCount)} left out:`);
    for (const { where, message } of manifest.rejected.slice(0, 10)) out.note(`  ${leftOutLine(where, message)}`);
    if (manifest.rejectedCount > 10) out.note('  …');
  }
}

/** Where a message begins with its file already, that is not said twice. */
export function leftOutLine(where: string, message: string): string {
  const [file] = where.split(': ');
  const named = message.startsWith(file) && /^[\s:,]/.test(message.slice(file.length));
  return named ? message : `${where}: ${message}`;
}
