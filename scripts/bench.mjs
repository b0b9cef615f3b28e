// npm run bench [NAME…]: runs test/bench/*.bench.{mjs,ts}, all or those whose name contains a word given, one process each.
// A bench prints a table of its own, or default-exports (a function giving) rows: { name, ours, theirs, unit } with `theirs` the
// thing it is measured against; those are printed here with the ratio.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { enter } from './setup/index.mjs';
import { root } from './setup/paths.mjs';
import { handOver } from './setup/run.mjs';
import { sweepScratch } from './setup/scratch.mjs';

const folder = path.join(root, 'test/bench');

/** A plain table with the ratio theirs / ours: above 1, ours is the faster. */
export function ratioTable(rows) {
  const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(3));
  const cells = rows.map(({ name, ours, theirs, unit }) => [
    name,
    `${digits(ours)} ${unit}`,
    `${digits(theirs)} ${unit}`,
    `${(theirs / ours).toFixed(2)}x`,
  ]);
  const table = [['', 'ours', 'theirs', 'ratio'], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}

const one = process.env.ATELIER_BENCH;
if (one) {
  const module = await import(pathToFileURL(one).href);
  const rows = typeof module.default === 'function' ? await module.default() : module.default;
  if (Array.isArray(rows)) console.log(ratioTable(rows));
} else {
  await enter(async ({ setUp }) => {
    await setUp({ electron: 'no' });
    sweepScratch();
    const words = process.argv.slice(2);
    const names = readdirSync(folder).filter(
      (name) => /\.bench\.(mjs|ts)$/.test(name) && (words.length === 0 || words.some((word) => name.includes(word))),
    );
    if (names.length === 0) {
      console.error('No bench of that name in test/bench.');
      return 1;
    }
    let code = 0;
    // Node strips the types of a bench in TypeScript by itself from 22.18 on; before, it wants to be asked.
    const types = process.features.typescript ? [] : ['--experimental-strip-types'];
    for (const name of names.sort()) {
      console.log(`\n${name}`);
      const file = path.join(folder, name);
      const own = await handOver(process.execPath, [...types, path.join(root, 'scripts/bench.mjs')], {
        cwd: root,
        env: { ...process.env, ATELIER_BENCH: file },
      });
      code ||= own;
    }
    return code;
  });
}
