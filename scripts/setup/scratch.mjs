// Folders that tests and benches make in the system's place for passing files and remove at their end, unless they are killed.
import { readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const scratch = /^atelier-[a-z0-9-]+-[A-Za-z0-9]{6}$/;
const STALE_AFTER_MS = 24 * 3600 * 1000;

const touched = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Removes those that nobody has touched for a day; their names. */
export function sweepScratch(folder = os.tmpdir(), now = Date.now()) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && scratch.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => {
      const full = path.join(folder, name);
      try {
        const newest = Math.max(touched(full), ...readdirSync(full).map((inside) => touched(path.join(full, inside))));
        if (now - newest < STALE_AFTER_MS) return false;
        rmSync(full, { recursive: true, force: true });
        return true;
      } catch {
        // Another person's, or gone meanwhile.
        return false;
      }
    });
}
