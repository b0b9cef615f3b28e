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
