import * as v from 'valibot';
import type { Encoder } from '../../datasets/encode/encoder.ts';
import { exportFormat } from '../../export/metadata.ts';

const text = v.pipe(v.string(), v.maxLength(10_000));
const names = v.pipe(v.array(text), v.maxLength(100_000));
const number = v.pipe(v.number(), v.finite());
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));

const imageEncoder = v.object({
  kind: v.literal('images'),
  image: v.object({ height: side, width: side, channels: v.picklist([1, 3]) }),
  classes: names,
});
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
  target: v.variant('task', [
    v.object({ task: v.literal('classification'), column: text, classes: names }),
    v.object({ task: v.literal('regression'), column: text, decimalComma: v.boolean(), mean: number, std: number }),
  ]),
});
const encoderSchema = v.variant('kind', [imageEncoder, tableEncoder]);

/** Metadata of this size come from no export. */
const maxLength = 64 * 2 ** 20;

/** The encoder inside a model's metadata, checked like any hostile input; null where the model is not an export of Atelier's. */
export function readExportMetadata(metadata: Readonly<Record<string, string>>): Encoder | null {
  const json = metadata['atelier.encoder'];
  if (metadata['atelier.format'] !== exportFormat || json === undefined || json.length > maxLength) return null;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const parsed = v.safeParse(encoderSchema, value);
  return parsed.success ? parsed.output : null;
}
