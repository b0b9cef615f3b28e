import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src-main/shared/random.ts';
import { atelier, done, startAtelier } from '../support/built-cli.ts';
import { bytesOf, importSources, storedManifest, unfinished, writeImages } from '../support/kill-imports.ts';
import { childrenOf, isAlive } from '../support/processes.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const has = (folders: string[], name: string, bytes: number): boolean =>
  folders.some((folder) => (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) >= bytes);

/** Moments that can be seen from outside. */
const moments: Record<string, (workspace: string) => boolean> = {
  'the job is known': (workspace) => unfinished(workspace).length > 0,
  'it writes': (workspace) => {
    const partial = join(workspace, 'blobs', 'partial');
    const own = unfinished(workspace).flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, 'log')));
    return own.some((log) => existsSync(log)) || (existsSync(partial) && readdirSync(partial).length > 0);
  },
  'a blob is there that belongs to nobody': (workspace) => has(unfinished(workspace), 'blobs', 64),
};

describe.skipIf(process.platform !== 'linux')('kill -9 in the middle of an import', () => {
  it.each(Object.keys(importSources).map((kind, index) => ({ kind, index })))(
    'of $kind leaves it whole or absent, without leftovers, and it goes on to the very same',
    { timeout: 240_000 },
    async ({ kind, index }) => {
      const folder = tempFolder();
      await importSources[kind](folder);
      const source = join(folder, 'source');
      const undisturbed = join(folder, 'undisturbed');
      mkdirSync(undisturbed);
      const begun = performance.now();
      await done(undisturbed, 'import', source, '--name', 'it', '--json');
      const took = performance.now() - begun;
      const whole = storedManifest(undisturbed)!;
      const size = await bytesOf(join(undisturbed, 'blobs'));

      const random = new Random(11, 1);
      const when: [string, (workspace: string, passed: number) => boolean][] = [
        ...Object.entries(moments),
        ...Array.from({ length: 2 }, (_, i): [string, (workspace: string, passed: number) => boolean] => {
          const after = took * (0.3 + 0.3 * i + 0.3 * random.uniform());
          return [`${Math.round(after)} ms have passed`, (_workspace, passed) => passed > after];
        }),
      ];
      // Three of them for each kind, so that each moment is tried with some.
      const chosen = when.filter((_, n) => (n + 2 * index) % when.length < 3);
      for (const [n, [words, is]] of chosen.entries()) {
        const workspace = join(folder, `workspace-${n}`);
        mkdirSync(workspace);
        const { child, ended } = startAtelier(workspace, ['import', source, '--name', 'it', '--json']);
        const started = performance.now();
        while (child.exitCode === null && !is(workspace, performance.now() - started)) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        const helpers = child.exitCode === null ? childrenOf(child.pid!) : [];
        // Every other time the process that does the work dies as well, and not of itself.
        child.kill('SIGKILL');
        if (n % 2 === 1) helpers.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL'));
        await ended;
        const list = existsSync(join(workspace, 'atelier.db')) ? await done(workspace, 'data', 'list', '--json') : null;
        const found = storedManifest(workspace);
        if (found) expect(found, words).toEqual(whole);
        const kept = (await Promise.all(unfinished(workspace).map(bytesOf))).reduce((a, b) => a + b, 0);
        const left = existsSync(join(workspace, 'blobs')) ? (await bytesOf(join(workspace, 'blobs'))) - kept : 0;
        expect(left, `${words}: bytes left`).toBeLessThanOrEqual((found ? size : 0) + size / 100);
        if (found) expect(kept, words).toBe(0);

        const again = await atelier(workspace, 'import', '--resume', '--json');
        if (again.code === 0) expect(list!.stderr, words).toMatch(/goes on with "atelier import --resume"/);
        else {
          // It was done already, or not yet known.
          expect(again.stderr, words).toMatch(/error: cannot_resume: /);
          await done(workspace, 'import', source, '--name', 'it', '--json').catch((error: Error) => {
            expect(error.message).toMatch(/name_taken/);
          });
        }
        expect(storedManifest(workspace), words).toEqual(whole);
        expect(await bytesOf(join(workspace, 'blobs')), `${words}: after all`).toBe(size);
      }
    },
  );

  it(
    'of the process that works fails the job, leaves nothing behind, and it goes on behind what was done',
    { timeout: 60_000 },
    async () => {
      const folder = tempFolder();
      await writeImages(folder, 4000);
      const workspace = join(folder, 'workspace');
      mkdirSync(workspace);
      const { child, ended } = startAtelier(workspace, ['import', join(folder, 'source'), '--json']);
      const logs = () => unfinished(workspace).flatMap((job) => readdirSync(job).map((name) => join(job, name, 'log')));
      const noted = () => logs().some((log) => existsSync(log) && readFileSync(log, 'utf8').split('\n').length > 100);
      while (child.exitCode === null && !noted()) await new Promise((resolve) => setTimeout(resolve, 2));
      for (const pid of childrenOf(child.pid!)) process.kill(pid, 'SIGKILL');
      expect((await ended).stderr).toMatch(/error: process_died/);
      expect(unfinished(workspace)).toHaveLength(1);
      const lines = readFileSync(logs()[0], 'utf8').split('\n').length;
      const again = await done(workspace, 'import', '--resume', '--json');
      expect(again.lines[0]).toMatchObject({ samples: 4000 });
      expect(lines).toBeGreaterThan(100);
      expect(unfinished(workspace)).toEqual([]);
      expect((await atelier(workspace, 'import', '--resume')).stderr).toMatch(/cannot_resume: No import failed/);
    },
  );
});
