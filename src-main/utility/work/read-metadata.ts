import * as v from 'valibot';
import { targetTaskOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { lineageOf } from '../../datasets/recipes/lineage.ts';
import { exportFormat } from '../../export/metadata.ts';
import { fftRange, framesOf, melScales, mostFrames, rateRange } from '../../shared/audio.ts';
import { maxSteps } from '../../shared/recipe.ts';
import type { Task } from '../../shared/task.ts';
import type { Companion } from './companion.ts';

const text = v.pipe(v.string(), v.maxLength(10_000));
const names = v.pipe(v.array(text), v.maxLength(100_000));
const number = v.pipe(v.number(), v.finite());
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));

const target = v.nullable(
  v.variant('task', [
    v.object({ task: v.literal('classification'), column: text, classes: names }),
    v.object({ task: v.literal('multi-label'), column: text, separator: text, classes: names }),
    v.object({ task: v.literal('regression'), column: text, decimalComma: v.boolean(), mean: number, std: number }),
  ]),
);

/** A sample may be of any number of the classes. */
const several = v.optional(v.literal(true));
const imageEncoder = v.object({
  kind: v.literal('images'),
  image: v.object({ height: side, width: side, channels: v.picklist([1, 3]) }),
  classes: names,
  several,
});
const positive = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1 << 28));
const bands = v.pipe(v.array(number), v.minLength(1), v.maxLength(4096));
const audioEncoder = v.pipe(
  v.object({
    kind: v.literal('audio'),
    spectrogram: v.object({
      rate: v.pipe(v.number(), v.minValue(rateRange.min), v.maxValue(rateRange.max)),
      length: positive,
      fft: v.pipe(
        v.number(),
        v.minValue(fftRange.min),
        v.maxValue(fftRange.max),
        v.check((size) => Number.isInteger(Math.log2(size))),
      ),
      hop: positive,
      mels: positive,
      fmin: number,
      fmax: number,
      melScale: v.picklist(melScales),
    }),
    mean: bands,
    std: bands,
    classes: names,
    several,
  }),
  v.check(
    ({ spectrogram, mean, std }) =>
      mean.length === spectrogram.mels &&
      std.length === spectrogram.mels &&
      spectrogram.length >= spectrogram.fft &&
      framesOf(spectrogram) <= mostFrames,
  ),
);
/** What a step has learnt is its own; what is not as it should be shows when the recipe is gone through. */
const recipe = v.optional(
  v.pipe(
    v.object({
      columns: v.pipe(
        v.array(
          v.object({
            name: text,
            type: v.picklist(['number', 'category', 'text']),
            role: v.picklist(['feature', 'target', 'ignored']),
            decimalComma: v.optional(v.boolean()),
          }),
        ),
        v.maxLength(4096),
      ),
      steps: v.pipe(
        v.array(v.object({ kind: text, settings: v.record(text, v.any()), learned: v.unknown() })),
        v.maxLength(maxSteps),
      ),
    }),
    v.check((fitted) => {
      try {
        lineageOf(fitted);
        return true;
      } catch {
        return false;
      }
    }),
  ),
);
const tableEncoder = v.object({
  kind: v.literal('table'),
  numbers: v.array(
    v.object({
      column: text,
      decimalComma: v.boolean(),
      median: number,
      mean: number,
      std: number,
      indicator: v.boolean(),
    }),
  ),
  categories: v.array(v.object({ column: text, values: names, other: v.boolean() })),
  target,
  recipe,
});
const textEncoder = v.object({
  kind: v.literal('text'),
  columns: v.pipe(names, v.minLength(1)),
  length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1 << 20)),
  tokenizer: v.null(),
  target,
  recipe,
  language: v.optional(v.picklist(['next', 'masked'])),
});
const encoderSchema = v.union([imageEncoder, audioEncoder, tableEncoder, textEncoder]);
/** Only a name: never a way out of the model's own folder. */
const companion = v.object({
  file: v.pipe(v.string(), v.maxLength(300), v.regex(/^[^/\\\0]+\.json$/)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** Metadata of this size come from no export. */
const maxLength = 64 * 2 ** 20;

/** What a model is for, and how it is fed. */
export interface ExportFacts {
  task: Task;
  encoder: Encoder;
  /** Where the file takes tokens: the tokenizer.json that lies beside it. */
  tokenizer?: Companion;
}

/** What a model's metadata say, checked like any hostile input; null where the model is not an export of Atelier's. */
export function readExportMetadata(metadata: Readonly<Record<string, string>>): ExportFacts | null {
  const json = metadata['atelier.encoder'];
  if (metadata['atelier.format'] !== exportFormat || json === undefined || json.length > maxLength) return null;
  const parsed = v.safeParse(encoderSchema, jsonOf(json));
  if (!parsed.success) return null;
  const encoder = parsed.output;
  const target = targetTaskOf(encoder);
  // Files of before there were other tasks do not say.
  const task = metadata['atelier.task'] ?? target;
  const fits = target === null ? untargeted.includes(task ?? '') : task === target;
  const speaks = encoder.kind === 'text' && encoder.language !== undefined;
  if (!fits || speaks !== (task === 'language')) return null;
  const tokenizer = metadata['atelier.tokenizer'];
  if (encoder.kind !== 'text' || tokenizer === undefined) return { task: task as Task, encoder };
  const beside = v.safeParse(companion, jsonOf(tokenizer));
  return beside.success ? { task: task as Task, encoder, tokenizer: beside.output } : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const untargeted: readonly string[] = ['reconstruction', 'generation', 'language'] satisfies Task[];
