import { ort } from './ort.ts';

/** What a run was made with: recorded, because another version may round differently. */
export function versions(): Record<string, string> {
  return {
    onnxruntime: ort.env.versions.node ?? ort.env.versions.common,
    node: process.versions.node,
    ...(process.versions.electron ? { electron: process.versions.electron } : {}),
    platform: `${process.platform}-${process.arch}`,
  };
}
