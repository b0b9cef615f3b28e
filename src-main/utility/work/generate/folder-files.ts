import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { outsideValues, type OutsideValues } from '../../../onnx/outside-values.ts';
import { AtelierError } from '../../../shared/errors.ts';

/** Of what is read into memory: protobuf, and one array, hold no more. */
export const maxBytes = 2 ** 31 - 1;
/** What Git leaves in the place of a large file that it was not told to fetch (git-lfs spec v1). */
const pointer = 'version https://git-lfs.github.com/spec/';

/** A file of the folder. Links are followed: the hub's own cache is made of them, and what is read is only taken for a model's parts. */
export function readInside(folder: string, name: string, most = maxBytes): Uint8Array {
  const path = join(folder, name);
  try {
    const { size } = statSync(path);
    if (size > most) throw tooLarge(path, size);
    const bytes = readFileSync(path);
    if (bytes.subarray(0, pointer.length).toString('latin1') === pointer) throw onlyPointer(path);
    return bytes;
  } catch (error) {
    if (error instanceof AtelierError) throw error;
    throw new AtelierError('model_unreadable', `${path} cannot be read. Check that it is there and readable.`, [
      String(error),
    ]);
  }
}

const maxJsonBytes = 8 * 2 ** 20;
export type Json = Readonly<Record<string, unknown>>;

/** What a JSON file of the folder says; null where there is none. Throws `broken_model`. */
export function readAnyJson(folder: string, name: string): unknown {
  if (!statSync(join(folder, name), { throwIfNoEntry: false })) return null;
  try {
    return JSON.parse(readText(folder, name, maxJsonBytes));
  } catch (error) {
    if (error instanceof AtelierError) throw error;
  }
  throw noObject(folder, name);
}

/** The same of one that says an object. */
export function readJson(folder: string, name: string): Json | null {
  const value = readAnyJson(folder, name);
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return value as Json | null;
  throw noObject(folder, name);
}

const noObject = (folder: string, name: string): AtelierError =>
  new AtelierError(
    'broken_model',
    `${join(folder, name)} is no JSON object. Take the file that lies beside the model.`,
  );

export const readText = (folder: string, name: string, most = maxJsonBytes): string =>
  new TextDecoder().decode(readInside(folder, name, most));

export const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

export const sizeOf = (folder: string, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);

export function requireSize(folder: string, names: readonly string[]): number {
  const size = sizeOf(folder, names);
  if (size > maxBytes) throw tooLarge(folder, size);
  return size;
}

const tooLarge = (path: string, size: number): AtelierError =>
  new AtelierError(
    'model_too_large',
    `${path} has ${Math.round(size / 2 ** 20)} MB in one file; at most 2047 MB are read. Take a smaller or a quantised one, or an ONNX export with its weights in files beside it.`,
  );

const onlyPointer = (path: string): AtelierError =>
  new AtelierError(
    'broken_model',
    `${path} is only Git's note of a large file, not the file. Fetch it with "git lfs pull" in the model's folder.`,
  );

/** A model as ONNX Runtime takes it. */
export interface ReadModel {
  /** Its bytes; its path where it has its weights in other files, which ONNX Runtime then opens by itself, however large they are. */
  model: Uint8Array | string;
  /** With a path: all of its files. */
  paths: readonly string[];
}

/** An ONNX file and those in which it has values, as it names them; no weights are read. */
export interface OnnxFiles {
  /** Absolute, the ONNX file first. */
  paths: string[];
  /** Of all of them, as far as they are there. */
  bytes: number;
  outside: OutsideValues[];
}

/** Errors: invalid_model, model_unreadable. */
export function onnxFiles(file: string): OnnxFiles {
  const path = resolve(file);
  const outside = outsideOf(path);
  const beside = [...new Set(outside.map(({ location }) => resolve(dirname(path), location)))];
  const paths = [path, ...beside];
  return { paths, bytes: sizeOf('', paths), outside };
}

function outsideOf(path: string): OutsideValues[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new AtelierError('model_unreadable', `${path} cannot be read. Check that it is there and readable.`, [
      String(error),
    ]);
  }
  try {
    return outsideValues((from, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, from));
    }, statSync(path).size);
  } catch (error) {
    if (!(error instanceof AtelierError)) throw error;
    throw new AtelierError(error.code, `${path} is no ONNX file that can be read: ${error.message}. Fetch it again.`);
  } finally {
    closeSync(file);
  }
}

/**
 * What an ONNX file names must be there, whole, within its folder: ONNX Runtime opens it by itself, and would read whatever is named.
 * Errors: external_data_missing, broken_model.
 */
export function requireOutside({ paths: [path], outside }: OnnxFiles): void {
  const folder = dirname(path);
  for (const { tensor, location, offset, length } of outside) {
    const at = resolve(folder, location);
    const inside = relative(folder, at);
    // ONNX Runtime has a name of its own, which begins with a star, for what lies in memory.
    if (location === '' || location.startsWith('*') || isAbsolute(location) || !at.startsWith(folder + sep)) {
      throw new AtelierError(
        'broken_model',
        `${path} keeps "${tensor}" in "${location}", outside of the model's folder. Take the model from somewhere else.`,
      );
    }
    const there = statSync(at, { throwIfNoEntry: false });
    if (!there?.isFile()) {
      throw new AtelierError(
        'external_data_missing',
        `${path} keeps its weights in "${inside}", which does not lie beside it. Put that file there as well.`,
      );
    }
    if (there.size < 1024 && readFileSync(at, 'latin1').startsWith(pointer)) throw onlyPointer(at);
    const end = offset + (length ?? 0);
    if (!Number.isSafeInteger(end) || offset < 0 || end < offset || end > there.size) {
      throw new AtelierError(
        'broken_model',
        `${at} has ${there.size} bytes, and "${tensor}" is to be there up to byte ${end}. It was cut short, or is another model's: fetch it again.`,
      );
    }
  }
}
