// Kills whoever labels with SIGKILL at random moments, while samples are given classes and marks are put, changed, taken away, undone and redone:
// objects (boxes, polygons, masks, keypoints), spans with relations, and segments, a third of the kills each over one log. Counts answered edits that are lost, logs that
// do not undo to their beginning, and databases that are not sound (goal: none of them).
//   npm run bench -- label-kills      BENCH_KILLS=200   BENCH_SEED=1

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markTypes, type MarkedKind } from '../../src-main/shared/marks.ts';
import { killWhileLabelling, makeLabelling } from '../support/label-kills.ts';

const kills = Number(process.env.BENCH_KILLS ?? 200);
const seed = Number(process.env.BENCH_SEED ?? 1);
const kinds = Object.keys(markTypes) as MarkedKind[];

for (const [i, kind] of kinds.entries()) {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-label-kills-'));
  try {
    const its = Math.floor((kills * (i + 1)) / kinds.length) - Math.floor((kills * i) / kinds.length);
    const found = await killWhileLabelling(folder, makeLabelling(folder, 200, kind), its, seed + 1000 * i);
    const { answered, lost, unsound } = found;
    console.log(`${kind}: ${its} kills, ${answered} acts answered, ${lost} lost, ${unsound} times unsound`);
    if (lost + unsound > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
