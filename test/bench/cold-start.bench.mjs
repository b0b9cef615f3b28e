// How long until the window can be used, and what the idle app holds in memory. Five cold processes, each on a fresh workspace.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';

const starts = 5;

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const screen = process.env.DISPLAY ? null : await startScreen();
  const times = [];
  let memory = null;
  try {
    for (let i = 0; i < starts; i++) {
      const folder = mkdtempSync(path.join(tmpdir(), 'atelier-bench-'));
      const began = performance.now();
      const app = await _electron.launch({
        executablePath: runtime.binary,
        args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${path.join(folder, 'user')}`, root],
        env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: path.join(folder, 'work') },
      });
      const page = await app.firstWindow();
      // Usable: the places are there and the first one shows its content.
      await page.getByTestId('rail-runs').waitFor();
      await page.getByTestId('welcome-sample').waitFor();
      times.push((performance.now() - began) / 1000);
      if (i === starts - 1) {
        await new Promise((later) => setTimeout(later, 5000));
        memory = proportionalMemory(app.process().pid);
      }
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    screen?.stop();
  }
  times.sort((a, b) => a - b);
  console.log(`${describe(runtime)}; ${starts} starts, process spawned to usable window (driver included):`);
  console.log(
    `  median ${times[Math.floor(starts / 2)].toFixed(2)} s, ${times[0].toFixed(2)} to ${times.at(-1).toFixed(2)} s`,
  );
  if (memory)
    console.log(
      `  idle after 5 s: ${memory.processes} processes, ${memory.megabytes.toFixed(0)} MB (proportional set size)`,
    );
}

/** Shared pages counted once: the sum of Pss over the process and its descendants. Linux only. */
function proportionalMemory(pid) {
  if (process.platform !== 'linux') return null;
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(Number(name), Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const family = [pid];
  for (const member of family) for (const [child, parent] of parents) if (parent === member) family.push(child);
  const kilobytes = family.map((member) =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'))?.[1] ?? 0),
  );
  return { processes: family.length, megabytes: kilobytes.reduce((a, b) => a + b, 0) / 1024 };
}
