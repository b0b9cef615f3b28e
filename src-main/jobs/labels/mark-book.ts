import { marksOf, numbersById, shapeOf } from '../../datasets/annotations/marks.ts';
import { float64s, readAnnotations } from '../../datasets/annotations/read.ts';
import { readBlob } from '../../datasets/blobs.ts';
import { getVersion } from '../../db/datasets.ts';
import type { Entry } from '../../db/label-log.ts';
import { asInVersion, isMark, numberOfMark, saidMarks, sampleOfMark, unpackMark } from '../../db/label-marks.ts';
import type { MarkValue } from '../../db/label-marks.ts';
import type { Labelling } from '../../db/labellings.ts';
import type { ReadStore } from '../../db/store.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { SampleAnnotations } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { LabellingId } from '../../shared/ids.ts';
import type { MarkedKind } from '../../shared/marks.ts';
import type { SampleMarks } from './mark-edits.ts';

/** Marks and samples that are kept in memory, of whichever were looked at last; always the last one. */
const kept = { marks: 50_000, samples: 128 };
const keptVersions = 2;

/**
 * Marks of samples as they stand: what the version says, and what was said since. Those of the samples looked at last stay in memory, so that an
 * edit costs what it changes, however much there is. Whoever changes the log says so (`take`).
 */
export class MarkBook {
  readonly #store: Pick<ReadStore, 'get' | 'all' | 'each' | 'folder'>;
  readonly #samples = new Map<string, SampleMarks>();
  readonly #versions = new Map<LabellingId, Promise<{ manifest: Manifest; offsets: Float64Array | null }>>();

  constructor(store: Pick<ReadStore, 'get' | 'all' | 'each' | 'folder'>) {
    this.#store = store;
  }

  async of(log: Labelling, sample: number): Promise<SampleMarks> {
    const key = `${log.id} ${sample}`;
    const held = this.#samples.get(key) ?? (await this.#read(log, sample));
    this.#samples.delete(key);
    this.#samples.set(key, held);
    let count = 0;
    for (const marks of this.#samples.values()) count += marks.now.size;
    for (const [oldest, marks] of this.#samples) {
      if ((count <= kept.marks && this.#samples.size <= kept.samples) || oldest === key) break;
      this.#samples.delete(oldest);
      count -= marks.now.size;
    }
    return held;
  }

  /** What an entry has changed. */
  take(log: Labelling, { changes }: Entry): void {
    for (const { subject, after } of changes) {
      if (!isMark(subject)) continue;
      const held = this.#samples.get(`${log.id} ${sampleOfMark(subject)}`);
      if (held) put(held, numberOfMark(subject), after);
    }
  }

  /** What the version says of a sample; null where it has no annotations. */
  async said(log: Labelling, sample: number): Promise<SampleAnnotations | null> {
    const { manifest, offsets } = await this.#version(log);
    if (!offsets) return null;
    return (await readAnnotations(workspaceFiles.blobs(this.#store.folder), manifest, offsets, [sample]))[0];
  }

  async #read(log: Labelling, sample: number): Promise<SampleMarks> {
    const said = await this.said(log, sample);
    const annotations = said && log.pass === 1 ? marksOf(log.kind as MarkedKind, said) : [];
    const numbers = numbersById(annotations);
    const version = annotations.map((mark): MarkValue => ({
      class: log.marks!.classes.get(mark.class)!,
      suggested: false,
      confidence: null,
      shape: shapeOf(mark, numbers),
    }));
    const held: SampleMarks = {
      version,
      now: new Map(version.map((mark, i) => [i + 1, mark])),
      last: version.length,
      size: said?.width && said.height ? { width: said.width, height: said.height } : null,
    };
    for (const { number, value } of saidMarks(this.#store, log.key, sample)) put(held, number, value);
    return held;
  }

  #version(log: Labelling): Promise<{ manifest: Manifest; offsets: Float64Array | null }> {
    const found =
      this.#versions.get(log.id) ??
      (async () => {
        const { manifest } = getVersion(this.#store, log.version);
        const { annotationOffsets } = manifest.blobs;
        const blobs = workspaceFiles.blobs(this.#store.folder);
        return { manifest, offsets: annotationOffsets ? float64s(await readBlob(blobs, annotationOffsets)) : null };
      })();
    this.#versions.delete(log.id);
    this.#versions.set(log.id, found);
    found.catch(() => this.#versions.delete(log.id));
    for (const oldest of this.#versions.keys()) if (this.#versions.size > keptVersions) this.#versions.delete(oldest);
    return found;
  }
}

function put(held: SampleMarks, number: number, value: string | null): void {
  if (value === null) held.now.delete(number);
  else held.now.set(number, value === asInVersion ? held.version[number - 1] : unpackMark(value));
  held.last = Math.max(held.last, number);
}
