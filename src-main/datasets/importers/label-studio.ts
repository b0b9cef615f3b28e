import { createHash } from 'node:crypto';
import type { Annotation, ImageObject, Tag } from '../../shared/annotation.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import { folderOf, ImageFiles, splitOfName, splitOfPath } from '../annotations/image-files.ts';
import { annotatedOffer } from '../annotations/offer.ts';
import type { AnnotatedImage } from '../annotations/annotated-set.ts';
import { storeAnnotatedImages } from '../annotations/image-set.ts';
import { fileNames, otherData, regionOf, taskOf, type Task } from '../annotations/label-studio-task.ts';
import { whileThere } from '../annotations/reading.ts';
import type { AnnotatedSound, AnnotatedText } from '../annotations/annotated-set.ts';
import { storeAnnotatedTexts } from '../annotations/text-set.ts';
import { looseJson } from '../json/members.ts';
import { JsonScanner } from '../json/scanner.ts';
import { contentName, openFile, readHead, storedBytes, type FoundFile, type Source } from '../source.ts';
import { plainText } from '../texts/document.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';
import { plural } from '../../shared/plural.ts';

const headLength = 1 << 18;
const maxAsked = 64;

/** Label Studio's JSON: boxes, polygons, points and choices of images; spans, relations and choices of texts; segments of sounds that are known. */
export const labelStudio: Importer = {
  async offer(source) {
    const files = await taskFiles(source);
    if (files.length === 0) return [];
    const offer = await annotatedOffer('label-studio', source, files);
    // Of texts, the files are all there is.
    return [{ ...offer, files: offer.files > 0 ? offer.files : files.length }];
  },

  read: (source, params, context) =>
    whileThere(source, async () => {
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const reading: Reading = { rejects, read: [], tasks: [] };
      for (const file of await taskFiles(source)) await readTasks(file, reading, context);
      const sounds = context.take?.sounds ? soundTasks(reading) : [];
      if (sounds.length > 0) return context.take!.sounds({ sounds, header: () => ({ classes: [] }), rejects });
      return new ImageFiles(source.files).files.length > 0
        ? imageTasks(source, reading, params, context)
        : textTasks(source, reading, params, context);
    }),
};

async function taskFiles(source: Source): Promise<FoundFile[]> {
  const named = source.files.filter((file) => /\.json$/i.test(contentName(file)));
  const found: FoundFile[] = [];
  for (const file of named.slice(0, maxAsked)) {
    const text = Buffer.from(await readHead(file, headLength)).toString();
    if (!/^\ufeff?\s*\[\s*\{/.test(text) || !/"(annotations|completions)"\s*:\s*\[/.test(text)) continue;
    if (/"data"\s*:\s*\{/.test(text) && /"(result|predictions)"\s*:\s*\[/.test(text)) found.push(file);
  }
  return found;
}

interface Reading {
  rejects: Rejects;
  read: { name: string; sha256: string; bytes: number }[];
  tasks: { file: FoundFile; task: Task; where: string }[];
}

async function readTasks(file: FoundFile, { rejects, read, tasks }: Reading, context: ReadContext): Promise<void> {
  const hash = createHash('sha256');
  const total = await storedBytes(file);
  let [bytes, count] = [0, 0];
  const scanner = new JsonScanner(null, {
    record(record) {
      const where = `${file.relative}: task ${++count}`;
      const task = taskOf(looseJson(Buffer.from(record).toString()));
      if (task) tasks.push({ file, task, where });
      else rejects.add(where, 'bad_json', `${where} is no task with data.`);
    },
    problem() {
      const where = `${file.relative}: task ${++count}`;
      rejects.add(where, 'line_too_long', `${where} is longer than 2 MB, or nested too deep.`);
    },
  });
  const stored = (chunk: Uint8Array): void => {
    hash.update(chunk);
    bytes += chunk.length;
    context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(bytes, total), total });
  };
  for await (const chunk of openFile(file, context.signal, stored)) scanner.write(chunk);
  scanner.end();
  read.push({ name: file.relative, sha256: hash.digest('hex'), bytes });
}

/** The regions of a task; those that cannot be taken are listed. */
function regions(
  { task, where }: Reading['tasks'][number],
  of: Parameters<typeof regionOf>[1],
  rejects: Rejects,
): Annotation[] {
  return task.results.flatMap((result, i) => {
    const made = regionOf(result, of);
    if (Array.isArray(made)) return made;
    const place = `${where}, region ${i + 1}`;
    rejects.add(place, made.code, `${place} ${made.message}.`);
    return [];
  });
}

function imageTasks(
  source: Source,
  reading: Reading,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  const { rejects, read, tasks } = reading;
  const found = new ImageFiles(source.files);
  const images = new Map<FoundFile, AnnotatedImage>();
  for (const each of tasks) {
    const { task, file: from, where } = each;
    const named = imageOf(found, task, from);
    if (!named) {
      rejects.add(
        where,
        'image_missing',
        `${where} is of an image that is not there; its ${task.results.length} regions were left out.`,
      );
      continue;
    }
    const { file, key } = named;
    if (images.has(file)) {
      rejects.add(where, 'duplicate_image', `${where} is of ${file.relative}, as a task before it is.`);
      continue;
    }
    const { original_width: width, original_height: height } = task.results[0] ?? {};
    images.set(file, {
      file,
      id: task.id,
      split: splitOfName(from.relative) ?? splitOfPath(folderOf(file.relative)),
      ...(typeof width === 'number' && typeof height === 'number' && { claimed: { width, height } }),
      ...otherData(task.data, key),
      marks: (size) =>
        regions(each, size, rejects).filter((mark): mark is ImageObject | Tag => mark.type === 'tag' || 'box' in mark),
    });
  }
  const notes = notesOf(tasks);
  const bare = found.files.length - images.size;
  if (bare > 0)
    notes.push({
      code: 'passed_over',
      message: `${plural(bare, 'image is in no task, and was', 'images are in no task, and were')} passed over.`,
    });
  return storeAnnotatedImages(
    source,
    { images: [...images.values()], header: () => ({ classes: [] }), read, rejects, notes },
    params,
    context,
  );
}

function imageOf(found: ImageFiles, { data }: Task, from: FoundFile): { file: FoundFile; key: string } | null {
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') continue;
    for (const name of fileNames(value)) {
      const file = found.find(name, from.relative);
      if (file) return { file, key };
    }
  }
  return null;
}

/** Tasks of sounds, whose files need not be there: for samples that are known. */
function soundTasks({ tasks, rejects }: Reading): AnnotatedSound[] {
  return tasks.flatMap((each): AnnotatedSound[] => {
    const names = Object.values(each.task.data)
      .flatMap((value) => (typeof value === 'string' && value.length < 4096 ? [fileNames(value)] : []))
      .find(([name]) => /[.](?:wav|flac|mp3)$/i.test(name));
    if (!names) return [];
    return [{ names, where: each.where, sample: { annotations: regions(each, 'sound', rejects) } }];
  });
}

function textTasks(
  source: Source,
  reading: Reading,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  const { rejects, read, tasks } = reading;
  const made: (Omit<AnnotatedText, 'cells'> & { tags: string[] })[] = [];
  for (const each of tasks) {
    const { task, file, where } = each;
    const key =
      typeof task.data.text === 'string'
        ? 'text'
        : Object.keys(task.data).find((name) => typeof task.data[name] === 'string');
    const text = key === undefined ? null : (task.data[key] as string);
    // Characters are counted from its very beginning: it stays as it is, blanks around it too.
    if (text === null || plainText(text) === null || text.includes('\0')) {
      rejects.add(where, 'no_text', `${where} has no text.`);
      continue;
    }
    const annotations = regions(each, { text }, rejects);
    made.push({
      text,
      split: splitOfName(file.relative),
      sample: { ...(task.id !== undefined && { id: task.id }), annotations, ...otherData(task.data, key!) },
      tags: annotations.flatMap((one) => (one.type === 'tag' ? [one.class] : [])),
    });
  }
  // Where no text has two, choices are what texts are told apart by.
  const labelled = made.some(({ tags }) => tags.length > 0) && made.every(({ tags }) => tags.length < 2);
  const texts = made.map(({ tags, ...rest }) => ({ ...rest, cells: labelled ? [tags[0] ?? null] : [] }));
  return storeAnnotatedTexts(
    source,
    {
      texts,
      columns: labelled ? [{ name: 'class', type: 'category', role: 'target' }] : [],
      header: () => ({ classes: [] }),
      read,
      rejects,
      notes: () => notesOf(tasks),
    },
    params,
    context,
  );
}

function notesOf(tasks: Reading['tasks']): { code: string; message: string }[] {
  const notes = [{ code: 'dialect', message: "Read as Label Studio's JSON." }];
  const others = tasks.reduce((sum, { task }) => sum + task.others, 0);
  if (others > 0) {
    notes.push({
      code: 'other_annotators',
      message: `${others} annotations are second ones of a task that has one already, and were left out: the ground truth counts, else the first.`,
    });
  }
  return notes;
}
