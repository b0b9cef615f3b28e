// Labelling: how long an edit takes until it is on the disk (goal: 20 ms at the 95th percentile), how long a labelling of 100,000 labelled
// samples takes to open (goal: 1 s), and how many answered edits a labelling that is killed again and again loses (goal: none).
//   npm run bench -- label      BENCH_SAMPLES=100000   BENCH_EDITS=2000   BENCH_KILLS=200   BENCH_SEED=1

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addEdit, undo } from '../../src-main/db/label-log.ts';
import { getLabelling, packLabel } from '../../src-main/db/labellings.ts';
import { openStore } from '../../src-main/db/open.ts';
import { stateOf } from '../../src-main/jobs/labels/as-it-stands.ts';
import { blank } from '../../src-main/shared/labels.ts';
import { killWhileLabelling, makeLabelling } from '../support/label-kills.ts';
import { migrationsFolder } from '../support/temp-workspace.ts';

const samples = Number(process.env.BENCH_SAMPLES ?? 100_000);
const edits = Number(process.env.BENCH_EDITS ?? 2000);
const kills = Number(process.env.BENCH_KILLS ?? 200);
const seed = Number(process.env.BENCH_SEED ?? 1);
const person = { at: 1, who: 'person' };
const label = (id: number): string => packLabel({ ...blank, state: 'labelled', classes: [id] });
const at = (sorted: Float64Array, share: number): string => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);

function timed(times: number, act: (i: number) => void): string {
  const took = Float64Array.from({ length: times }, (_, i) => {
    const begun = performance.now();
    act(i);
    return performance.now() - begun;
  }).sort();
  return `${at(took, 0.5)} ms in the middle, ${at(took, 0.95)} ms at the 95th percentile, ${at(took, 1)} ms at most`;
}

const folder = mkdtempSync(join(tmpdir(), 'atelier-label-'));
try {
  const id = makeLabelling(folder, samples);
  const store = openStore(folder, {
    mode: 'write',
    owner: 'the bench',
    migrations: migrationsFolder,
    appVersion: '0.0.0-bench',
  });
  const log = getLabelling(store, id);
  for (let first = 0; first < samples; first += 200) {
    const some = Array.from({ length: Math.min(200, samples - first) }, (_, i) => [first + i, label(1)] as const);
    addEdit(store, log, person, some);
  }
  console.log(
    `${samples} samples labelled; opening them: ${timed(5, () => void [...stateOf(store, getLabelling(store, id))])}`,
  );
  console.log(`an edit: ${timed(edits, (i) => void addEdit(store, log, person, [[(i * 7919) % samples, label(2)]]))}`);
  console.log(`an undo: ${timed(edits, () => void undo(store, log, person))}`);
  console.log(
    `200 samples at once: ${timed(
      20,
      (i) =>
        void addEdit(
          store,
          log,
          person,
          Array.from({ length: 200 }, (_, k) => [i * 200 + k, label(2)] as const),
        ),
    )}`,
  );
  store.close();
  const killed = mkdtempSync(join(tmpdir(), 'atelier-label-kills-'));
  try {
    const { answered, lost, unsound } = await killWhileLabelling(killed, makeLabelling(killed, 200), kills, seed);
    console.log(`${kills} kills: ${answered} acts answered, ${lost} lost, ${unsound} times unsound`);
    if (lost + unsound > 0) process.exitCode = 1;
  } finally {
    rmSync(killed, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
