import type { Encoder } from '../datasets/encode/encoder.ts';
import type { Manifest } from '../shared/dataset.ts';
import type { TrainSettings } from '../shared/run.ts';

/** Of the metadata: another number means that older versions of Atelier cannot feed the model. */
export const exportFormat = '1';

/**
 * What an exported model says of itself, in ONNX's `metadata_props`: enough for Atelier to feed it raw samples again, and for people with
 * Netron or a script to see where it came from. Values are JSON where they are not plain words.
 */
export function exportMetadata(
  given: Readonly<Record<string, string>>,
  facts: { encoder: Encoder; manifest: Manifest; settings: TrainSettings; classes: string[] },
): Record<string, string> {
  const { encoder, manifest, settings, classes } = facts;
  return {
    ...given,
    'atelier.format': exportFormat,
    'atelier.encoder': JSON.stringify(encoder),
    'atelier.classes': JSON.stringify(classes),
    'atelier.settings': JSON.stringify(settings),
    'atelier.dataset': JSON.stringify(manifest.blobs),
  };
}
