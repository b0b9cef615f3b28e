// The other sides of the benches, each in a process of its own that trains on request (peers/). They are installed here, where that
// is possible; where not, undefined, and a word why.

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { aptInstall, hasApt } from '../../scripts/setup/apt.mjs';
import { isRoot } from '../../scripts/setup/paths.mjs';
import { inBrowsers, packagesOf } from './peer-packages.ts';
import { BATCH } from './trainer.ts';

export interface Peer {
  /** What it trains; undefined: everything. */
  readonly models?: readonly string[];
  /** Seconds; NaN where it cannot train this model. */
  train(model: string, steps: number): Promise<number>;
  /** The most memory that the process held until now, in bytes. */
  peakMemory(): Promise<number>;
  end(): void;
}

const file = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** A process that answers each line with a number, after a line that says it is ready. */
async function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Peer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const ask = async (line: string): Promise<number> => {
    child.stdin.write(`${line}\n`);
    return Number((await lines.next()).value);
  };
  return {
    train: (model, steps) => ask(`${model} ${steps}`),
    peakMemory: () => ask('memory'),
    end: () => void child.stdin.end(),
  };
}

/** OpenBLAS, which Debian's PyTorch multiplies with, takes virtual processors for old ones; it is told what this one can do. */
function bestKernels(): Record<string, string> {
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  if (/\bavx512f\b/.test(flags)) return { OPENBLAS_CORETYPE: 'SkylakeX' };
  return /\bavx2\b/.test(flags) ? { OPENBLAS_CORETYPE: 'Haswell' } : {};
}

const pythonWithTorch = (): string | undefined =>
  ['/usr/bin/python3', 'python3'].find((each) => spawnSync(each, ['-c', 'import torch']).status === 0);

let python: Promise<string | undefined> | undefined;

async function findPython(): Promise<string | undefined> {
  const found = pythonWithTorch();
  if (found) return found;
  if (hasApt() && isRoot()) {
    console.log('installing python3-torch, to compare with');
    await aptInstall(['python3-torch'], 'PyTorch').catch((error: Error) => console.log(error.message));
  }
  const installed = pythonWithTorch();
  if (!installed) console.log('no PyTorch here (apt-get install python3-torch): only our own numbers');
  return installed;
}

export async function pytorch(threads: number): Promise<Peer | undefined> {
  const command = await (python ??= findPython());
  if (!command) return undefined;
  const env = { ...bestKernels(), ...process.env, OMP_NUM_THREADS: String(threads) };
  return start(command, [file('pytorch.py'), String(threads), String(BATCH)], env);
}

/** `tfjs` or `jax`: what trains in JavaScript, on WebAssembly, one thread. */
export async function inJavaScript(name: 'tfjs' | 'jax'): Promise<Peer | undefined> {
  const folder = await packagesOf(inBrowsers);
  if (!folder) return undefined;
  // Packages are looked for where the script lies.
  const script = path.join(folder, `${name}.mjs`);
  copyFileSync(file(`${name}.mjs`), script);
  const peer = await start(process.execPath, [script, String(BATCH)], { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' });
  return { ...peer, models: ['mlp'] };
}
