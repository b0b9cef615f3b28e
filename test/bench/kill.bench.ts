// Kills training and app with SIGKILL at random moments, resumes each time, and compares the end with that of an undisturbed run, bit for
// bit; at last the database is made from the runs' folders alone. Goes on after a failure, and keeps what tells how it came to it.
//   npm run bench -- kill                BENCH_KILLS=100 BENCH_SEED=1 BENCH_LANES=2 BENCH_KEEP=<folder for evidence>

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  importAll,
  killAndResume,
  killed,
  rebuiltFromFolders,
  undisturbed,
  type Kill,
  type Killed,
  type Undisturbed,
} from '../support/kill-and-resume.ts';

const wanted = Number(process.env.BENCH_KILLS ?? 100);
const firstSeed = Number(process.env.BENCH_SEED ?? 1);
const lanes = Number(process.env.BENCH_LANES ?? Math.min(4, availableParallelism()));
/** A run is killed at most so often before it may end. */
const killsARun = 5;

const folder = mkdtempSync(join(tmpdir(), 'atelier-kill-'));
const evidence = process.env.BENCH_KEEP ?? mkdtempSync(join(tmpdir(), 'atelier-kill-evidence-'));

/** How far one architecture is. */
interface Progress {
  one: Killed;
  whole?: Undisturbed;
  runs: number;
  same: number;
  /** Kills that runs at work are still to suffer. */
  promised: number;
  kills: Kill[];
}
const share = Math.ceil(wanted / killed.length);
const all: Progress[] = killed.map((one) => ({ one, runs: 0, same: 0, promised: 0, kills: [] }));
const started = performance.now();
let wrong = 0;

const waiting = [...all];
async function measure(workspace: string): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) next.whole = await undisturbed(workspace, next.one);
}

async function kill(workspace: string): Promise<void> {
  for (;;) {
    const next = all
      .filter(({ kills, promised, runs }) => kills.length + promised < share && runs < share)
      .sort((a, b) => a.kills.length + a.promised - (b.kills.length + b.promised))[0];
    if (!next) return;
    const times = Math.min(killsARun, share - next.kills.length - next.promised);
    const seed = firstSeed + 1000 * all.indexOf(next) + next.runs++;
    next.promised += times;
    const options = { seed, times, evidence: join(evidence, String(seed)) };
    const { run, kills, problem } = await killAndResume(workspace, next.one, next.whole!, options);
    next.promised -= times;
    next.kills.push(...kills);
    if (problem === null) next.same++;
    else {
      wrong++;
      console.log(`WRONG ${next.one.name}, seed ${seed}, ${run}: ${problem}`);
      console.log(`  ${JSON.stringify(kills)}; its folders: ${options.evidence}`);
    }
  }
}

/** Each lane has a workspace of its own: only one process may write to one. */
async function inLanes(act: (workspace: string) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => act(join(folder, String(lane)))));
}

try {
  await importAll(join(folder, '0'));
  for (let lane = 1; lane < lanes; lane++) cpSync(join(folder, '0'), join(folder, String(lane)), { recursive: true });
  await inLanes(measure);
  await inLanes(kill);
  for (const { one, kills, runs, same } of all) {
    const trainer = kills.filter((each) => each.process === 'trainer').length;
    const before = kills.filter(({ position }) => position === null).length;
    const between = kills.filter(({ position }) => position && position.offset > 0).length;
    console.log(
      `${one.name}: ${kills.length} kills (${trainer} of the trainer, ${kills.length - trainer} of the app; ${before} before the first checkpoint, ${between} with the last one inside an epoch), ${same} of ${runs} runs bit-identical`,
    );
  }
  await inLanes(async (workspace) => {
    const { before, after } = await rebuiltFromFolders(workspace);
    const lost = before.filter((run) => !after.includes(run));
    const added = after.filter((run) => !before.includes(run));
    wrong += lost.length + added.length;
    console.log(`The database made from ${before.length} run folders alone: ${lost.length + added.length} differences`);
    for (const run of [...lost, ...added]) console.log(`  WRONG ${run}`);
  });
  const kills = all.reduce((sum, each) => sum + each.kills.length, 0);
  console.log(`${kills} kills in ${((performance.now() - started) / 60_000).toFixed(1)} minutes; ${wrong} wrong`);
  if (kills < wanted) wrong++;
} finally {
  rmSync(folder, { recursive: true, force: true });
  if (wrong === 0) rmSync(evidence, { recursive: true, force: true });
}
if (wrong > 0) process.exitCode = 1;
