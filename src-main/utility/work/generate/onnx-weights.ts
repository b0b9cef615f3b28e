import { join } from 'node:path';
import { freeMemory } from '../../../runtime/memory.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { onnxFiles, readInside, requireOutside, sizeOf, type OnnxFiles, type ReadModel } from './folder-files.ts';

/**
 * Throws `not_enough_memory`, before anything is read. What is read lies in memory twice while ONNX Runtime takes it over; files that it opens
 * itself are only mapped, and once in memory as it lays them out for its kernels.
 */
export function requireMemory(folder: string, bytes: number, free = freeMemory(), times = 2): void {
  const needed = times * bytes;
  if (needed <= free) return;
  const mb = (size: number) => Math.round(size / 2 ** 20);
  throw new AtelierError(
    'not_enough_memory',
    `${folder} has ${mb(bytes)} MB of weights, of which opening takes about ${mb(needed)} MB of memory; ${mb(free)} MB are free. Close other programs, or take a smaller or a quantised one.`,
  );
}

/** Weights before they are read. */
export interface Weights {
  /** On disk. */
  bytes: number;
  /** Errors: broken_model, external_data_missing, model_too_large, not_enough_memory. */
  read(): ReadModel;
}

/** Of a model in several files: those of the first one, counted with all; each is opened before the next is read. */
export function firstOf(folder: string, all: readonly Weights[]): Weights {
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  return {
    bytes,
    read() {
      requireMemory(folder, bytes, undefined, 1);
      return all[0].read();
    },
  };
}

/** Those of one of a folder's ONNX files. */
export function onnxWeights(folder: string, wanted: string): Weights {
  let files: OnnxFiles | null = null;
  let wrong: unknown = null;
  try {
    files = onnxFiles(join(folder, wanted));
  } catch (error) {
    // Its texts can be counted in tokens all the same.
    wrong = error;
  }
  const bytes = files?.bytes ?? sizeOf(folder, [wanted]);
  return {
    bytes,
    read() {
      if (files === null) {
        // A pointer of Git's is told as what it is.
        if (sizeOf(folder, [wanted]) < 1024) readInside(folder, wanted);
        throw wrong;
      }
      requireOutside(files);
      const inside = files.outside.length === 0;
      requireMemory(folder, bytes, undefined, inside ? 2 : 1);
      return inside ? { model: readInside(folder, wanted), paths: [] } : { model: files.paths[0], paths: files.paths };
    },
  };
}
