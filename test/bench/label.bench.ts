// Labelling: how long an edit takes until it is on the disk (goal: 20 ms at the 95th percentile), also of one polygon among 5,000, and how long a labelling of
// 100,000 labelled samples takes to open (goal: 1 s).
//   npm run bench -- label.bench      BENCH_SAMPLES=100000   BENCH_EDITS=2000   BENCH_SEED=1

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addEdit, undo } from '../../src-main/db/label-log.ts';
import { getLabelling, packLabel } from '../../src-main/db/labellings.ts';
import { openStore } from '../../src-main/db/open.ts';
import { stateOf } from '../../src-main/jobs/labels/as-it-stands.ts';
import { blank } from '../../src-main/shared/labels.ts';
import { makeLabelling } from '../support/label-kills.ts';
import type { Annotation } from '../../src-main/shared/annotation.ts';
import type { MarkEdit, MarkShape } from '../../src-main/shared/marks.ts';
import { Random } from '../../src-main/shared/random.ts';
import { annotatedVersion, markLabels } from '../support/marks.ts';
import { migrationsFolder } from '../support/temp-workspace.ts';

const samples = Number(process.env.BENCH_SAMPLES ?? 100_000);
const edits = Number(process.env.BENCH_EDITS ?? 2000);
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

async function timedAsync(times: number, act: (i: number) => Promise<unknown>): Promise<string> {
  const took = new Float64Array(times);
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    await act(i);
    took[i] = performance.now() - begun;
  }
  took.sort();
  return `${at(took, 0.5)} ms in the middle, ${at(took, 0.95)} ms at the 95th percentile, ${at(took, 1)} ms at most`;
}

/** One sample with 5,000 polygons of 20 points. */
async function benchMarks(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-marks-'));
  const random = new Random(seed);
  const polygon = (): MarkShape => {
    const [x, y] = [random.uniform() * 4000, random.uniform() * 3000];
    const ring = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? x : y) + random.uniform() * 50);
    return { type: 'polygon', box: [x, y, 50, 50], polygons: [ring] };
  };
  try {
    const store = openStore(folder, {
      mode: 'write',
      owner: 'the bench',
      migrations: migrationsFolder,
      appVersion: '0.0.0-bench',
    });
    const marks = Array.from({ length: 2500 }, () => ({ class: 'a', ...polygon() }) as Annotation);
    const version = await annotatedVersion(store, [{ width: 4000, height: 3000, annotations: marks }], [{ name: 'a' }]);
    let labels = markLabels(store);
    const { labelling } = await labels.open(version.id, { kind: 'objects' });
    const put = (number?: number): MarkEdit => ({ act: 'put', class: 1, shape: polygon(), number });
    await labels.mark(
      labelling,
      0,
      Array.from({ length: 2500 }, () => put()),
    );
    const polygons = '5,000 polygons of 20 points in a sample';
    console.log(
      `${polygons}; asking for them: ${await timedAsync(10, () => {
        labels = markLabels(store);
        return labels.marks(labelling, [0]);
      })}`,
    );
    const edit = (i: number) => labels.mark(labelling, 0, [put(1 + ((i * 7919) % 5000))]);
    console.log(`an edit of one of them: ${await timedAsync(edits, edit)}`);
    console.log(`an undo: ${await timedAsync(edits, () => labels.undo(labelling))}`);
    store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
  await benchMarks();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
