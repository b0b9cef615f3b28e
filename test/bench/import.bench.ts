// How fast data comes in. A table: a CSV of 20 columns against DuckDB's own COPY from CSV to Parquet, both from process start to end of the
// work, alternating; then its profile. Images: JPEGs of 32 × 32 in folders, and how fast a trainer's batches are filled of them.
//   npm run bench -- import            BENCH_ROWS=2000000  BENCH_IMAGES=10000  BENCH_TURNS=3

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import sharp from 'sharp';
import { Random } from '../../src-main/shared/random.ts';
import type { Done, Work } from './import-worker.ts';

const rows = Number(process.env.BENCH_ROWS ?? 2_000_000);
const images = Number(process.env.BENCH_IMAGES ?? 10_000);
const turns = Number(process.env.BENCH_TURNS ?? 3);
const worker = fileURLToPath(new URL('import-worker.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'atelier-import-'));

/** Does one piece of work in a process of its own. */
function work(what: Work, ...paths: string[]): Done {
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, worker, what, ...paths], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${what} ended with ${status}`);
  return JSON.parse(stdout) as Done;
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const range = (values: readonly number[], digits: number): string =>
  `${middle(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;

/** Numbers with and without gaps, whole numbers, dates and times, names, categories: what tables are made of. */
async function writeTable(path: string): Promise<void> {
  const hashed = (by: number, below: number): string => `hash(i * ${by} + 7) % ${below}`;
  const columns = [
    'i AS id',
    ...[1, 2, 3, 4, 5].map(
      (k) => `CASE WHEN ${hashed(31 + k, 50)} = 0 THEN NULL ELSE (${hashed(k, 100_000)}) / 1000 END AS n${k}`,
    ),
    ...[6, 7].map((k) => `round(sqrt(${hashed(k, 1_000_000)}) * ln(1 + ${hashed(k + 9, 1000)}), 4) AS x${k}`),
    ...[8, 9, 10].map((k) => `${hashed(k, 10 ** (k - 6))} AS k${k}`),
    `CASE WHEN ${hashed(77, 10)} = 0 THEN NULL ELSE ${hashed(5, 90)} END AS age`,
    `DATE '2015-01-01' + CAST(${hashed(3, 3650)} AS INTEGER) AS day`,
    `TIMESTAMP '2020-01-01' + INTERVAL (CAST(${hashed(13, 90_000_000)} AS INTEGER)) SECOND AS seen`,
    `'u' || lpad(CAST(${hashed(17, 10_000_000)} AS VARCHAR), 8, '0') AS person`,
    ...[5, 12, 40].map((k) => `'c' || ${hashed(k, k)} AS s${k}`),
    `CASE WHEN ${hashed(91, 20)} = 0 THEN NULL ELSE 'city ' || ${hashed(29, 300)} END AS city`,
    `CASE WHEN ${hashed(1, 3)} = 0 THEN 'yes' ELSE 'no' END AS label`,
  ];
  const duck = await DuckDBInstance.create(':memory:');
  const connection = await duck.connect();
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${path}' (HEADER)`);
  connection.closeSync();
  duck.closeSync();
}

async function writeImages(path: string): Promise<void> {
  const random = new Random(3);
  const side = 32;
  for (let k = 0; k < 10; k++) mkdirSync(join(path, `class ${k}`), { recursive: true });
  for (let i = 0; i < images; i++) {
    const [x, y, tint] = [random.below(side), random.below(side), (i % 10) * 25];
    const pixels = new Uint8Array(side * side * 3);
    for (let p = 0; p < side * side; p++) {
      const distance = Math.hypot((p % side) - x, Math.floor(p / side) - y);
      pixels.set([tint + distance * 3 + random.below(20), 255 - distance * 5, random.below(60) + tint], p * 3);
    }
    const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
    await writeFile(join(path, `class ${i % 10}`, `${i}.jpg`), await image.jpeg({ quality: 90 }).toBuffer());
  }
}

try {
  const [csv, blobs] = [join(folder, 'table.csv'), join(folder, 'blobs')];
  await writeTable(csv);
  console.log(`${rows.toLocaleString('en')} rows × 20 columns, ${(statSync(csv).size / 1e6).toFixed(0)} MB of CSV`);
  const [ours, theirs]: [Done[], Done[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    theirs.push(work('copy', csv, join(folder, 'peer.parquet')));
    rmSync(blobs, { recursive: true, force: true });
    ours.push(work('import', csv, blobs));
  }
  const told = (name: string, done: Done[]): void =>
    console.log(
      `${name.padEnd(22)} ${range(
        done.map(({ seconds }) => seconds),
        1,
      )} s, processor ${range(
        done.map(({ processor }) => processor),
        1,
      )} s, ` + `peak ${Math.max(...done.map(({ peakMB }) => peakMB)).toFixed(0)} MB`,
    );
  told("DuckDB's COPY", theirs);
  told('import', ours);
  const speed = ours.map(({ seconds }, i) => theirs[i].seconds / seconds);
  const effort = ours.map(({ processor }, i) => theirs[i].processor / processor);
  console.log(`speed of DuckDB's own: ${range(speed, 2)}x; by processor time ${range(effort, 2)}x`);
  told('profile, cold', [work('profile', blobs)]);

  const pictures = join(folder, 'images');
  await writeImages(pictures);
  rmSync(blobs, { recursive: true, force: true });
  const imported = work('import', pictures, blobs);
  told(`${images.toLocaleString('en')} JPEGs 32 × 32`, [imported]);
  console.log(`${Math.round(images / imported.seconds)} images/s`);
  const fed = work('feed', blobs);
  console.log(`batches of 32 filled with ${Math.round(fed.samples! / fed.seconds).toLocaleString('en')} images/s`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
