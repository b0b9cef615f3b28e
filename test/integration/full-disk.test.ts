import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { atelier, done } from '../support/built-cli.ts';
import { bytesOf, importSources, storedManifest, unfinished } from '../support/kill-imports.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const MB = 2 ** 20;

/** A small disk of its own. Only root may mount one: what others test of it stands in test/datasets/room.test.ts and test/jobs/queue.test.ts. */
function mountDisk(folder: string, bytes: number): { resize(bytes: number): void } {
  mkdirSync(folder);
  const mount = (...words: string[]) => execFileSync('mount', words);
  mount('-t', 'tmpfs', '-o', `size=${Math.ceil(bytes)}`, 'tmpfs', folder);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return { resize: (to) => void mount('-o', `remount,size=${Math.ceil(to)}`, folder) };
}

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a disk that an import fills', () => {
  it.each(Object.keys(importSources))(
    'has its room back from %s, which says how much it needs, and goes on once there is that much',
    { timeout: 120_000 },
    async (kind) => {
      const folder = tempFolder();
      await importSources[kind](folder);
      const source = join(folder, 'source');
      const undisturbed = join(folder, 'undisturbed');
      mkdirSync(undisturbed);
      await done(undisturbed, 'import', source, '--name', 'it', '--json');
      const size = await bytesOf(join(undisturbed, 'blobs'));

      const workspace = join(folder, 'disk');
      const disk = mountDisk(workspace, MB + size / 2);
      const filled = await atelier(workspace, 'import', source, '--name', 'it', '--json');
      expect(filled.code).toBe(1);
      const [, needed, has, more] = /needs about (\d+) MB there, and has (\d+) MB\. .* free about (\d+) MB more/
        .exec(filled.stderr)!
        .map(Number);
      expect(needed * MB).toBeGreaterThan(size * 0.9);
      expect(needed - has).toBeLessThanOrEqual(more);
      expect(storedManifest(workspace)).toBe(null);
      expect(unfinished(workspace)).toEqual([]);
      expect(await bytesOf(join(workspace, 'blobs'))).toBeLessThan(size / 100);

      disk.resize((1 + needed + 2) * MB);
      await done(workspace, 'import', '--resume', '--json');
      expect(storedManifest(workspace)).toEqual(storedManifest(undisturbed));
      expect(await bytesOf(join(workspace, 'blobs'))).toBe(size);
    },
  );
});
