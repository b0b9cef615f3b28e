// The most memory a trainer holds, against PyTorch on the same model and batch: each in a process of its own, whole processes. The
// last rows are a transformer of twelve layers as it is and with its activations computed a second time (`--recompute`).
//   npm run bench -- memory

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deep, models } from './models.ts';
import { pytorch } from './peer.ts';

const trainer = fileURLToPath(new URL('memory-trainer.ts', import.meta.url));
const inMiB = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Bytes: when nothing is trained yet, and at most. */
function ours(name: string, recompute = false): { base: number; peak: number } {
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, trainer, name, String(recompute)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the trainer of ${name} ended with ${status}`);
  return JSON.parse(stdout) as { base: number; peak: number };
}

async function theirs(name: string, steps: number): Promise<{ base: number; peak: number } | undefined> {
  const peer = await pytorch(1);
  if (!peer) return undefined;
  const base = await peer.peakMemory();
  await peer.train(name, steps);
  const peak = await peer.peakMemory();
  peer.end();
  return { base, peak };
}

for (const { name } of [...models, deep]) {
  const mine = ours(name);
  const other = await theirs(name, 6);
  const against = other
    ? `  PyTorch ${inMiB(other.peak)} (${inMiB(other.peak - other.base)} of it)  ${(mine.peak / other.peak).toFixed(2)}x`
    : '';
  console.log(`${name.padEnd(12)} ${inMiB(mine.peak)} (${inMiB(mine.peak - mine.base)} of it for training)${against}`);
}
const plain = ours(deep.name);
const lean = ours(deep.name, true);
const share = (lean.peak - lean.base) / (plain.peak - plain.base);
console.log(
  `deep, recomputed: ${inMiB(lean.peak)} (${inMiB(lean.peak - lean.base)}), ${share.toFixed(2)}x of what it takes otherwise`,
);
