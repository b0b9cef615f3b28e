import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the studio and its command line leave in the system's folder for passing files: logs, trial trainings, sessions of Chromium, files to be judged. */
const ours = /^atelier-(job_[0-9a-z]+\.log|run_[0-9a-z]+|session-\w{6}|judged-\w{6})$/;
/** What a process that is still there uses has been written to since. */
const staleAfterMs = 7 * 24 * 3600_000;

/** Removes what processes have left there that were killed, and old logs; how many. Nothing that is younger than a week, or another's. */
export async function sweepTempFiles(folder = tmpdir(), now = Date.now()): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const gone = await Promise.all(
    names
      .filter((name) => ours.test(name))
      .map(async (name) => {
        const path = join(folder, name);
        const newest = await newestIn(path);
        if (newest === null || now - newest < staleAfterMs) return 0;
        // Another person's stays, who may write there as well.
        return rm(path, { recursive: true, force: true }).then(
          () => 1,
          () => 0,
        );
      }),
  );
  return gone.reduce<number>((sum, one) => sum + one, 0);
}

/** When anything of it was last written, in milliseconds since 1970; null where it is not there any more. */
async function newestIn(path: string): Promise<number | null> {
  try {
    const facts = await stat(path);
    const inside = facts.isDirectory() ? await readdir(path, { recursive: true }) : [];
    const times = await Promise.all(
      inside.map((name) =>
        stat(join(path, name)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    return Math.max(facts.mtimeMs, ...times);
  } catch {
    return null;
  }
}
