import { csvLine } from '../../shared/csv-line.ts';
import { splitNames, spanColumn, type Manifest } from '../../shared/dataset.ts';
import { baseOf } from '../annotations/image-files.ts';
import { soundPartsOf, StoredSounds } from '../audio/stored.ts';
import { encodeWav } from '../audio/encode-wav.ts';
import { readBlob } from '../blobs.ts';
import { isUnlabelled, isWrapper } from '../class-folders.ts';
import { encodePng } from '../images/encode-png.ts';
import { partsOf, readOriginalFile, readPixels } from '../images/pixels.ts';
import type { ImportContext } from '../import-context.ts';
import { namedLabels } from '../labels.ts';
import { eachRowOf } from '../tables/each-row.ts';
import { namedText } from '../texts/document.ts';
import { splitFile, type Losses } from './exporter.ts';
import { fileName } from './file-name.ts';
import { Paths, type ExportFolder } from './folder.ts';

export interface FolderExport {
  blobs: string;
  manifest: Manifest;
  /** Null: all. */
  chosen: ArrayLike<number> | null;
  newest?: Manifest;
}

/** One sample as a file. */
interface Sample {
  /** As its source called it; '' where that did not. */
  name: string;
  /** Null: without one. */
  classes: readonly string[] | null;
  ending: string;
  content(): Promise<Uint8Array | string>;
}

const unlabelled = 'unlabelled';

/**
 * Each sample as a file of its own, as it came where that was kept, in <split>/<class>/. Where folders cannot say it all (a class that no folder
 * can be called, samples without a class) labels.csv does, which an import reads. Returns how many samples were written.
 */
export async function writeFolders(
  { blobs, manifest, chosen, newest }: FolderExport,
  to: ExportFolder,
  losses: Losses,
  { signal, progress }: ImportContext,
): Promise<number> {
  const split = await readBlob(blobs, manifest.blobs.split);
  const wanted = chosen && new Set(Array.from(chosen));
  const total = wanted?.size ?? manifest.samples;
  const names = manifest.classes.map(({ name }) => name);
  const folders = new Paths();
  const folderOf = new Map(names.map((name) => [name, folders.take(fileName(name))]));
  const without = names.length === 0 ? '' : `${folders.take(unlabelled)}/`;
  const files = { train: new Paths(), validation: new Paths(), test: new Paths() };
  const rows: [string, string, string][] = [];
  let told =
    names.every((name) => folderOf.get(name) === name && !isUnlabelled(name)) &&
    !(names.length === 1 && isWrapper(names[0]));
  let index = -1;
  let done = 0;
  for await (const sample of manifest.kind === 'table' ? textsOf(blobs, manifest) : filesOf(blobs, manifest, newest)) {
    signal.throwIfAborted();
    index++;
    if (wanted && !wanted.has(index)) continue;
    progress({ stage: 'writing', unit: 'samples', done: ++done, total });
    if (!sample) losses.add('samples without a text');
    else if (sample.classes && sample.classes.length !== 1)
      losses.add('samples of several classes, or of none of them');
    else {
      const [label = null] = sample.classes ?? [];
      if (label === null && manifest.kind === 'table') {
        losses.add('samples without a class');
        continue;
      }
      if (label === null && names.length > 0) told = false;
      const place = splitNames[split[index]];
      const folder = label === null ? without : `${folderOf.get(label)!}/`;
      const base = fileName(baseOf(sample.name)) || '';
      const called = sample.name === '' ? `${String(index).padStart(6, '0')}${sample.ending}` : base;
      const path = `${splitFile[place]}/${files[place].take(folder + called)}`;
      await to.put(path, await sample.content());
      rows.push([path, label ?? '', place]);
    }
  }
  if (manifest.kind === 'table') {
    // A table beside texts would be taken for the data.
    losses.add('names of classes that no folder can have', names.filter((name) => folderOf.get(name) !== name).length);
    losses.add('other columns', manifest.columns.filter(({ name }) => !isOfText(manifest, name)).length);
  } else if (!told) {
    const table = await to.text('labels.csv');
    for (const row of [['file', 'label', 'split'], ...rows]) await table.write(`${csvLine(row)}\n`);
  }
  return rows.length;
}

async function* filesOf(blobs: string, manifest: Manifest, newest?: Manifest): AsyncGenerator<Sample> {
  const labels = await namedLabels(blobs, manifest);
  const { names } = manifest.blobs;
  const paths = names ? (JSON.parse(Buffer.from(await readBlob(blobs, names)).toString()) as string[]) : [];
  const sounds = manifest.kind === 'audio' ? await StoredSounds.open(blobs, manifest) : null;
  const kept = sounds
    ? soundPartsOf(manifest).every(({ originals }) => originals)
    : manifest.blobs.references !== undefined || partsOf(manifest).every(({ originals }) => originals);
  const { image, audio } = manifest;
  const drawn = async (i: number): Promise<Uint8Array> =>
    encodePng(await readPixels(blobs, manifest, [i]), { ...image!, channels: image!.channels === 3 ? 3 : 1 });
  for (const [i, classes] of labels.entries()) {
    const content = async (): Promise<Uint8Array> =>
      (sounds ? await sounds.original(i) : await readOriginalFile(blobs, manifest, i, newest)) ??
      (sounds ? encodeWav(await sounds.read(i), audio!.rate) : drawn(i));
    // What is made here is not called as what it came from, which was no such file.
    yield { name: kept ? (paths[i] ?? '') : '', classes, ending: sounds ? '.wav' : '.png', content };
  }
}

/** Null: a row without a text. */
async function* textsOf(blobs: string, manifest: Manifest): AsyncGenerator<Sample | null> {
  const { columns, target } = manifest;
  const at = (name: string | undefined): number => columns.findIndex((column) => column.name === name);
  const [text, label, file] = [at(spanColumn(columns)?.name), at(target ?? undefined), at('file')];
  for await (const cells of eachRowOf(blobs, manifest)) {
    const content = cells[text];
    const name = cells[file] ?? '';
    const classes = label < 0 || cells[label] === null ? null : [cells[label]];
    yield content === null
      ? null
      : { name: namedText(name) ? name : '', classes, ending: '.txt', content: () => Promise.resolve(content) };
  }
}

const isOfText = ({ columns, target }: Manifest, name: string): boolean =>
  name === spanColumn(columns)?.name || name === target || name === 'file';
