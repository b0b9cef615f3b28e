// Which processes are ours, also after the one that started them was killed and could tell nobody.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';

/** When the process `pid` began, where the system tells; it shows a reused pid for what it is. */
export function birth(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // Where nobody reaps them (a container without an init), the dead stay listed as zombies.
      return state === 'Z' || state === 'X' ? null : rest[18];
    }
    if (process.platform === 'darwin') {
      const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || null;
    }
  } catch {
    // No such process.
  }
  return null;
}

export function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

let record = null;

/** From now on each child that leads a process group is noted in this file (null: no more). */
export function recordChildren(file) {
  record = file;
}

export function noteChild(pid) {
  if (!record || !pid) return;
  const began = birth(pid);
  if (began) appendFileSync(record, `${pid} ${began}\n`);
}

/** Ends the process groups noted in `file` that are still the same processes, and forgets them. */
export function endLeftovers(file) {
  if (!existsSync(file)) return; // Nobody was cut off.
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const line of lines) {
    const [, pid, began] = /^(\d+) (.+)$/.exec(line) ?? [];
    if (!pid || birth(Number(pid)) !== began) continue;
    try {
      process.kill(-Number(pid), 'SIGKILL');
    } catch {
      // Ended in between.
    }
  }
  rmSync(file, { force: true });
}
