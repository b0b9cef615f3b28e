import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { libraryName, loadLibrary, packagedLibrary } from './library.ts';

/**
 * ONNX Runtime looks for its CUDA provider beside its own library, inside the installed program, which a person may not be allowed to
 * write to. So a downloaded provider lies in a folder of theirs beside a copy of the library, and the copy is loaded first: the
 * package then takes it for its own. ATELIER_ONNXRUNTIME names the folder (jobs/utility-env.ts). A copy of another size is of another
 * build, or was cut: the package then loads its own, as it does where there is no copy.
 */
function loadCopy(folder: string | undefined): void {
  if (process.platform !== 'linux' || !folder) return;
  const copy = join(folder, libraryName);
  const size = statSync(copy, { throwIfNoEntry: false })?.size;
  if (size !== undefined && size === statSync(packagedLibrary(), { throwIfNoEntry: false })?.size) loadLibrary(copy);
}
loadCopy(process.env.ATELIER_ONNXRUNTIME);

/** Not an import: those come before any statement, and this must come after the copy. */
export const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;

/**
 * Floats of 16 bits are told as their bits, in Uint16Array, on every Node.js and Electron. From Node.js 24 on the package would make Float16Arrays of them,
 * of which its own native part (1.30) takes only empty ones (https://github.com/microsoft/onnxruntime/pull/32323). It looks for that array once, with
 * the first tensor.
 */
function keepBits(): void {
  const all = globalThis as { Float16Array?: unknown };
  const { Float16Array } = all;
  if (Float16Array === undefined) return;
  all.Float16Array = undefined;
  try {
    new ort.Tensor('bool', [true], [1]);
  } finally {
    all.Float16Array = Float16Array;
  }
}
keepBits();
