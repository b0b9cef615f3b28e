// Kills training and app with SIGKILL at random moments, resumes each time, and compares the end with that of an undisturbed run, bit for bit.
//   npm run bench -- kill                BENCH_KILLS=100 BENCH_SEED=1

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importAll, killAndResume, killed, undisturbed } from '../support/kill-and-resume.ts';

const wanted = Number(process.env.BENCH_KILLS ?? 100);
const seed = Number(process.env.BENCH_SEED ?? 1);
/** A run is killed at most so often before it may end. */
const killsARun = 4;

const folder = mkdtempSync(join(tmpdir(), 'atelier-kill-'));
let all = 0;
let wrong = 0;
try {
  await importAll(folder);
  for (const one of killed) {
    const whole = await undisturbed(folder, one);
    const share = Math.ceil(wanted / killed.length);
    const found: { process: string; step: number }[] = [];
    let runs = 0;
    let same = 0;
    while (found.length < share) {
      const left = Math.min(killsARun, share - found.length);
      const run = await killAndResume(folder, one, whole, seed + 1000 * killed.indexOf(one) + runs, left);
      runs++;
      found.push(...run.kills);
      if (run.values === whole.values && run.curves === whole.curves) same++;
    }
    all += found.length;
    wrong += runs - same;
    const trainer = found.filter((kill) => kill.process === 'trainer').length;
    const before = found.filter((kill) => kill.step === 0).length;
    console.log(
      `${one.name}: ${found.length} kills (${trainer} of the trainer, ${found.length - trainer} of the app; ${before} before the first checkpoint), ${same} of ${runs} runs bit-identical`,
    );
  }
  console.log(`${all} kills, ${wrong} runs that differ`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (wrong > 0) process.exitCode = 1;
