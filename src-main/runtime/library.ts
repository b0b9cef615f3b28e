import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

/** ONNX Runtime's own library by its file name on Linux, which the loader knows it by once it is loaded. */
export const libraryName = 'libonnxruntime.so.1';

/** The library that onnxruntime-node brings along: a real file, also where the package lies in Electron's archive. Linux only. */
export function packagedLibrary(): string {
  const bin = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin');
  const real = bin.replace('.asar', '.asar.unpacked');
  const files = readdirSync(real).map((version) => join(real, version, 'linux', process.arch, libraryName));
  return files.find((file) => statSync(file, { throwIfNoEntry: false })) ?? join(real, libraryName);
}

/** Where this process has the library from: it looks for its providers beside it. */
export function runtimeFolder(): string {
  const line = /^.* (\/.+\/libonnxruntime\.so\S*)$/m.exec(readFileSync('/proc/self/maps', 'utf8'));
  return line ? dirname(line[1]) : '';
}

/** glibc's and musl's RTLD_NODELETE: the library stays although Node closes what is no addon. */
const keepLoaded = 0x1000;

/** Loads a library of Linux, by path or by name, for whatever is linked to it. Returns the loader's complaint; null once it is loaded. */
export function loadLibrary(file: string): string | null {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_LAZY | keepLoaded);
  } catch (error) {
    const { message } = error as Error;
    // Always thrown: it is no addon of Node's, which is only noticed once it is loaded.
    return message.includes('did not self-register') ? null : message;
  }
  return null;
}
