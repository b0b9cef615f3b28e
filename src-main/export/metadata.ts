import type { Encoder } from '../datasets/encode/encoder.ts';
import type { Manifest } from '../shared/dataset.ts';
import type { TrainSettings } from '../shared/run.ts';
import type { Task } from '../shared/task.ts';

/** Of the metadata: another number means that older versions of Atelier cannot feed the model. */
export const exportFormat = '1';

/** The temperature of a classifier's probabilities, and what it was chosen on. */
export interface FittedTemperature {
  temperature: number;
  split: 'validation';
  samples: number;
}

/**
 * What an exported model says of itself, in ONNX's `metadata_props`: enough for Atelier to feed it raw samples again, and for people with
 * Netron or a script to see where it came from. Values are JSON where they are not plain words.
 */
export function exportMetadata(
  given: Readonly<Record<string, string>>,
  facts: {
    task: Task;
    encoder: Encoder;
    manifest: Manifest;
    settings: TrainSettings;
    classes: string[];
    /** Where the file takes tokens: the name of the tokenizer.json beside it, and its hash. */
    tokenizer?: { file: string; sha256: string };
    /** What the probabilities are scaled by, within the graph. */
    temperature?: FittedTemperature;
  },
): Record<string, string> {
  const { task, encoder, manifest, settings, classes, tokenizer, temperature } = facts;
  return {
    ...given,
    'atelier.format': exportFormat,
    'atelier.task': task,
    // A tokenizer is in the graph, or in a file of its own.
    'atelier.encoder': JSON.stringify(encoder.kind === 'text' ? { ...encoder, tokenizer: null } : encoder),
    ...(tokenizer && { 'atelier.tokenizer': JSON.stringify(tokenizer) }),
    ...(temperature && { 'atelier.temperature': JSON.stringify(temperature) }),
    'atelier.classes': JSON.stringify(classes),
    'atelier.settings': JSON.stringify(settings),
    'atelier.dataset': JSON.stringify(manifest.blobs),
  };
}
