import { ort } from './ort.ts';

/** What a run was made with: recorded, because another version may round differently. `atelier`: the program's own version, where it is known. */
export function versions(atelier?: string): Record<string, string> {
  return {
    ...(atelier === undefined ? {} : { atelier }),
    onnxruntime: ort.env.versions.node ?? ort.env.versions.common,
    node: process.versions.node,
    ...(process.versions.electron ? { electron: process.versions.electron } : {}),
    platform: `${process.platform}-${process.arch}`,
  };
}
