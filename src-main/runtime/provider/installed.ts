import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What stands in a provider's folder beside its libraries. */
export interface Installed {
  /** The package's version, which is ONNX Runtime's. */
  version: string;
  /** Of the package it comes from, base 64. */
  sha512: string;
  /** File name → size, and SHA-256 in hexadecimal. */
  files: Record<string, { bytes: number; sha256: string }>;
}

const noteName = 'provider.json';
const cudaLibrary = 'libonnxruntime_providers_cuda.so';

/** Written last, so that a folder with it is whole. */
export async function noteInstalled(folder: string, names: readonly string[], facts: Omit<Installed, 'files'>) {
  const files: Installed['files'] = {};
  for (const name of names) {
    const path = join(folder, name);
    files[name] = { bytes: statSync(path).size, sha256: await hashOf(path) };
  }
  const out = await open(join(folder, noteName), 'w');
  try {
    await out.writeFile(JSON.stringify({ ...facts, files }, null, 2));
    await out.sync();
  } finally {
    await out.close();
  }
}

/** Whether the library that lies in `folder` has its CUDA provider beside it, and nothing of it was cut. Reads no file's content. */
export function hasProvider(folder: string): boolean {
  const note = noteOf(folder);
  // Put there by onnxruntime-node's own script.
  if (!note) return existsSync(join(folder, cudaLibrary));
  return Object.entries(note.files).every(([name, { bytes }]) => {
    return statSync(join(folder, name), { throwIfNoEntry: false })?.size === bytes;
  });
}

/** Whether every byte is as it was installed. Reads all of it: some seconds. */
export async function isIntact(folder: string): Promise<boolean> {
  const note = noteOf(folder);
  if (!note || !hasProvider(folder)) return false;
  for (const [name, { sha256 }] of Object.entries(note.files)) {
    if ((await hashOf(join(folder, name))) !== sha256) return false;
  }
  return true;
}

/** Folders beside `folder` of providers for older versions: of no use any more. */
export function olderProviders(folder: string): string[] {
  const base = dirname(folder);
  if (!existsSync(base)) return [];
  const own = folder.slice(base.length + 1);
  return readdirSync(base)
    .filter((name) => isOlder(name, own) && noteOf(join(base, name)) !== null)
    .map((name) => join(base, name));
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  if ([...a, ...b].some(Number.isNaN)) return false;
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs >= 0 && a[differs] < (b[differs] ?? 0);
}

function noteOf(folder: string): Installed | null {
  try {
    const note = JSON.parse(readFileSync(join(folder, noteName), 'utf8')) as Partial<Installed>;
    return note.files && typeof note.files === 'object' ? (note as Installed) : null;
  } catch {
    return null;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
