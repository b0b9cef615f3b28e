import { dirname } from 'node:path/posix';
import { DuckDBDataChunk, INTEGER, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { joinClasses, separatorFor } from '../../../shared/class-sets.ts';
import { splitNames, type Manifest } from '../../../shared/dataset.ts';
import type { Recipe } from '../../../shared/recipe.ts';
import { eachAnnotations } from '../../annotations/read.ts';
import { decibels, unpackMeasured } from '../../audio/measure.ts';
import { soundBlobs } from '../../audio/stored.ts';
import { int32s, readBlob } from '../../blobs.ts';
import { derived } from '../../derived.ts';
import { imageKeys, imageNames } from '../../divide/keys.ts';
import { imageSize } from '../../annotations/marked-samples.ts';
import { namedLabels } from '../../labels.ts';
import type { RawColumn } from '../plan.ts';

/** What is known of images or sounds, as a table that the steps go through: a fact is a column, and a sample a row. */
export interface Facts {
  columns: RawColumn[];
  /** Whether each was looked up. */
  known: boolean[];
  relation: string;
}

type Cells = (string | number | null)[];
interface Fact {
  column: RawColumn;
  /** Null where no step asks: to find out takes a while. */
  cells: Cells | null;
}

const chunkRows = 2048;

/**
 * The facts of a version without a recipe in a table of DuckDB, with `rid` and `split`. An image's size is that of its file, where that is known;
 * it is looked up only where a condition of the recipe asks for it.
 */
export async function factsOf(
  connection: DuckDBConnection,
  blobs: string,
  base: Manifest,
  recipe: Recipe,
  signal?: AbortSignal,
): Promise<Facts> {
  const split = await readBlob(blobs, base.blobs.split);
  const facts = await found(blobs, base, split, asksForSize(recipe), signal);
  const places = facts.map((_, i) => `c${i} VARCHAR`).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE facts (rid INTEGER, split INTEGER, ${places})`);
  const appender = await connection.createAppender('facts');
  const types = [INTEGER, INTEGER, ...facts.map(() => VARCHAR)];
  for (let first = 0; first < base.samples; first += chunkRows) {
    const rows = Array.from({ length: Math.min(chunkRows, base.samples - first) }, (_, i) => first + i);
    const chunk = DuckDBDataChunk.create(types, rows.length);
    chunk.setColumnValues(0, rows);
    chunk.setColumnValues(
      1,
      rows.map((row) => split[row]),
    );
    facts.forEach(({ cells }, i) => {
      const told = rows.map((row) => cells?.[row] ?? null);
      chunk.setColumnValues(
        i + 2,
        told.map((cell) => (cell === null ? null : String(cell))),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  return {
    columns: facts.map(({ column }) => column),
    known: facts.map(({ cells }) => cells !== null),
    relation: 'facts',
  };
}

const asksForSize = ({ steps }: Recipe): boolean =>
  steps.some(({ enabled, settings }) => enabled && /\b(?:width|height)\b/i.test(String(settings.condition ?? '')));

async function found(
  blobs: string,
  base: Manifest,
  split: Uint8Array,
  sizes: boolean,
  signal?: AbortSignal,
): Promise<Fact[]> {
  const { classes, kind } = base;
  const names = await imageNames(blobs, base);
  const facts: Fact[] = [fact('name', 'text', names)];
  if (classes.length > 0) {
    const named = await namedLabels(blobs, base);
    const separator = separatorFor(classes.map(({ name }) => name));
    const cells = named.map((each) => each && (base.classSets ? joinClasses(each, separator) : each[0]));
    facts.push({ column: { name: 'class', type: 'category', role: 'target' }, cells });
  }
  const splits = Array.from(split, (part) => splitNames[part]);
  const folders = names.map((name) => dirname(name));
  facts.push(fact('split', 'category', splits), fact('folder', 'category', folders));
  if (base.split?.pattern !== undefined)
    facts.push(fact('group', 'category', await imageKeys(blobs, base, { pattern: base.split.pattern })));
  if (kind === 'images') {
    const known = sizes ? await sizesOf(blobs, base, signal) : null;
    const side = (at: number): Cells | null =>
      known && Array.from({ length: base.samples }, (_, i) => known[i * 2 + at]);
    facts.push(fact('width', 'number', side(0)), fact('height', 'number', side(1)));
  } else {
    const measured = new Float32Array((await readBlob(blobs, soundBlobs(base).measured)).slice().buffer);
    const heard = Array.from({ length: base.samples }, (_, i) => unpackMeasured(measured, i));
    facts.push(
      fact(
        'seconds',
        'number',
        heard.map(({ seconds }) => seconds),
      ),
      fact(
        'loudness',
        'number',
        heard.map(({ rms }) => decibels(rms)),
      ),
    );
  }
  if (base.annotations) {
    const counts: number[] = [];
    for await (const { annotations } of eachAnnotations(blobs, base)) counts.push(annotations.length);
    facts.push(fact('annotations', 'number', counts));
  }
  return facts;
}

const fact = (name: string, type: RawColumn['type'], cells: Cells | null): Fact => ({
  column: { name, type, role: 'feature' },
  cells,
});

/** Width and height of each image, from its file's head. Throws what reading a file left where it was does. */
async function sizesOf(blobs: string, base: Manifest, signal?: AbortSignal): Promise<Int32Array> {
  const { images, places, originals, references, annotations } = base.blobs;
  const about = { images, places, originals, references, annotations, parts: base.parts, samples: base.samples };
  const { sizes } = await derived(blobs, { what: 'image sizes', way: 1, ...about }, ['sizes'], async () => {
    const pairs = new Int32Array(base.samples * 2);
    let sample = 0;
    const put = async (marked: { width?: number; height?: number }): Promise<void> => {
      signal?.throwIfAborted();
      const { width, height } = marked.width && marked.height ? marked : await imageSize(blobs, base, sample);
      pairs.set([width ?? base.image!.width, height ?? base.image!.height], 2 * sample++);
    };
    if (annotations) for await (const marks of eachAnnotations(blobs, base)) await put(marks);
    else while (sample < base.samples) await put({});
    return { sizes: new Uint8Array(pairs.buffer) };
  });
  return int32s(sizes);
}
