import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunId } from '../../src-main/shared/ids.ts';
import { until } from './fake-studio.ts';
import { migrationsFolder } from './temp-workspace.ts';

/** The process of own-and-train.mjs, and what it says once a run of it has points: `more` wait behind that. */
export async function ownAndTrain(
  folder: string,
  more = 0,
): Promise<{ child: ChildProcess; run: RunId; waiting: RunId[]; utility: number }> {
  const script = join(import.meta.dirname, 'own-and-train.mjs');
  const child = spawn(process.execPath, [script, folder, migrationsFolder, String(more)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  // A process begins and opens a workspace: seconds, on a machine that does much else.
  await until(() => said.includes('\n'), 60_000);
  return { child, ...(JSON.parse(said) as { run: RunId; waiting: RunId[]; utility: number }) };
}
