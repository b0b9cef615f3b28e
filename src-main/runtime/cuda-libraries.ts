import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cudaFolders, cudaLibraries } from './adapters/linux.ts';
import { loadLibrary, runtimeFolder } from './library.ts';

let done = false;

/**
 * Loads NVIDIA's libraries where the system's loader does not find them by itself: a program started from a menu has no
 * LD_LIBRARY_PATH, and their installer leaves telling the loader to the person. Once they are loaded, ONNX Runtime's provider is
 * linked to them by name. What is nowhere is left to the loader to complain of.
 */
export function loadCudaLibraries(folders = cudaFolders()): void {
  if (done || process.platform !== 'linux') return;
  done = true;
  for (const name of cudaLibraries) {
    if (loadLibrary(name) === null) continue;
    const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (file) loadLibrary(file);
  }
}

/** What the system's loader says of ONNX Runtime's provider, which ONNX Runtime keeps to itself: a library that is missing, by name. */
export function cudaComplaint(): string | null {
  if (process.platform !== 'linux') return null;
  const provider = (name: string): string | null =>
    loadLibrary(join(runtimeFolder(), `libonnxruntime_providers_${name}.so`));
  return provider('shared') ?? provider('cuda');
}
