// Packages of others that benches compare with. They are no packages of this project: each list of them (a package.json in peers/) is installed into
// a folder of its own by the first bench that wants it, where that is possible; where not, undefined, and a word why.

import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from '../../scripts/setup/npm.mjs';
import { toolchain } from '../../scripts/setup/paths.mjs';

interface List {
  /** Of the package.json, under peers/. */
  manifest: string;
  /** Under .toolchain. */
  into: string;
  /** What is told while it is installed. */
  what: string;
  /** No script of a package runs: what a script would fetch from elsewhere is not wanted. */
  noScripts?: boolean;
}

export const inBrowsers: List = { manifest: 'package.json', into: 'peers', what: 'TensorFlow.js and jax-js' };
export const transformersJs: List = {
  manifest: 'transformers/package.json',
  into: 'peers-transformers',
  what: '@huggingface/transformers',
  // ONNX Runtime's would fetch libraries for CUDA; the ones for the processor are in the package.
  noScripts: true,
};

const file = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const found = new Map<List, Promise<string | undefined>>();

/** The folder where the packages of the list are; undefined where they cannot be had. */
export function packagesOf(list: List): Promise<string | undefined> {
  const known = found.get(list) ?? install(list);
  found.set(list, known);
  return known;
}

async function install({ manifest, into, what, noScripts = false }: List): Promise<string | undefined> {
  const folder = path.join(toolchain, into);
  mkdirSync(folder, { recursive: true });
  const wanted = readFileSync(file(manifest));
  const there = path.join(folder, 'package.json');
  const done = path.join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(done) && existsSync(there) && readFileSync(there).equals(wanted)) return folder;
  console.log(`installing ${what}, to compare with`);
  try {
    copyFileSync(file(manifest), there);
    const args = ['install', '--no-save', ...(noScripts ? ['--ignore-scripts'] : [])];
    await npm(args, { what, cwd: folder, timeoutMs: 600_000 });
    return folder;
  } catch (error) {
    console.log(`${(error as Error).message} Without it.`);
    return undefined;
  }
}
