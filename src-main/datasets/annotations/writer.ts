import {
  annotationFlags,
  type AnnotationClass,
  type AnnotationCount,
  type AnnotationHeader,
  type AnnotationSummary,
  type SampleAnnotations,
} from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { createBlob, writeBlob, type BlobWriter } from '../blobs.ts';

const batchBytes = 1 << 18;

/** Where each of many pieces begins that lie one after another in a blob, and where the last one ends: little-endian float64. */
export class Offsets {
  #values = new Float64Array(1024);
  #count = 1;

  get end(): number {
    return this.#values[this.#count - 1];
  }

  add(bytes: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = this.end + bytes;
    this.#count++;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#values.buffer, 0, this.#count * 8);
  }
}

/** Annotations on their way into a version, sample by sample in order. One of `finish` or `abort` ends it. */
export class AnnotationWriter {
  readonly #blobs: string;
  readonly #blob: BlobWriter;
  readonly #offsets = new Offsets();
  readonly #classes = new Map<string, AnnotationCount>();
  readonly #summary: AnnotationSummary = { total: 0, types: {}, classes: [], flags: {}, annotated: 0 };
  #batch: Uint8Array[] = [];
  #bytes = 0;

  private constructor(blobs: string, blob: BlobWriter) {
    this.#blobs = blobs;
    this.#blob = blob;
  }

  static async open(blobs: string): Promise<AnnotationWriter> {
    return new AnnotationWriter(blobs, await createBlob(blobs));
  }

  async add(sample: SampleAnnotations): Promise<void> {
    const seen = new Set<string>();
    for (const { type, class: name, flags } of sample.annotations) {
      this.#summary.total++;
      this.#summary.types[type] = (this.#summary.types[type] ?? 0) + 1;
      let count = this.#classes.get(name);
      if (!count) this.#classes.set(name, (count = { name, count: 0, samples: 0 }));
      count.count++;
      if (!seen.has(name)) count.samples++;
      seen.add(name);
      for (const flag of annotationFlags) {
        if (flags?.[flag]) this.#summary.flags[flag] = (this.#summary.flags[flag] ?? 0) + 1;
      }
    }
    if (seen.size > 0) this.#summary.annotated++;
    await this.#line(sample);
  }

  /** Classes that only turned up in the annotations come after the header's own. */
  async finish(header: Omit<AnnotationHeader, 'format' | 'version'>): Promise<{
    summary: AnnotationSummary;
    blobs: Required<Pick<Manifest['blobs'], 'annotations' | 'annotationOffsets'>>;
  }> {
    const known = new Set(header.classes.map(({ name }) => name));
    const classes: AnnotationClass[] = [
      ...header.classes,
      ...[...this.#classes.keys()].filter((name) => !known.has(name)).map((name) => ({ name })),
    ];
    await this.#line({ format: 'atelier-annotations', version: 1, ...header, classes } satisfies AnnotationHeader);
    await this.#flush();
    const annotations = await this.#blob.commit();
    this.#summary.classes = classes.map(({ name, skeleton }) => ({
      ...(this.#classes.get(name) ?? { name, count: 0, samples: 0 }),
      ...(skeleton && { skeleton }),
    }));
    return {
      summary: this.#summary,
      blobs: { annotations, annotationOffsets: await writeBlob(this.#blobs, this.#offsets.bytes) },
    };
  }

  abort(): Promise<void> {
    return this.#blob.abort();
  }

  async #line(value: SampleAnnotations | AnnotationHeader): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    this.#offsets.add(bytes.length);
    this.#batch.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= batchBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#blob.write(Buffer.concat(this.#batch));
    this.#batch = [];
    this.#bytes = 0;
  }
}
