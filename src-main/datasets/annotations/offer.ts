import type { Offer } from '../importers/importer.ts';
import { totalBytes, type FoundFile, type Source } from '../source.ts';
import { ImageFiles } from './image-files.ts';

/** What images with files of annotations beside them are offered as. */
export async function annotatedOffer(
  kind: Offer['kind'],
  source: Source,
  annotations: readonly FoundFile[],
): Promise<Offer> {
  const images = new ImageFiles(source.files).files;
  return {
    kind,
    suggestedName: source.suggestedName,
    files: images.length,
    folders: annotations.length,
    bytes: await totalBytes([...annotations, ...images]),
    columns: [],
    target: null,
  };
}
