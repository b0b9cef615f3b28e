import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importAll, killAndResume, killed, rebuiltFromFolders, undisturbed } from '../support/kill-and-resume.ts';

/** `npm run bench -- kill` does the same at a hundred moments. */
describe.skipIf(process.platform !== 'linux')('kill -9 in the middle of training', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'atelier-kill-'));
  beforeAll(() => importAll(workspace));
  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  it.each(killed.map((one, i) => ({ ...one, seed: 11 + i })))(
    'of a $name: resumed, it ends bit for bit as if nothing had happened',
    async ({ seed, ...one }) => {
      const whole = await undisturbed(workspace, one);
      const { kills, problem } = await killAndResume(workspace, one, whole, { seed, times: 2 });
      process.stderr.write(`${one.name}: killed at ${JSON.stringify(kills)}\n`);
      expect(problem).toBeNull();
    },
  );

  it('loses no run: their folders alone make the database again', async () => {
    const { before, after, said } = await rebuiltFromFolders(workspace);
    expect(before).toHaveLength(2 * killed.length);
    expect(said).toMatch(/was missing/);
    expect(after).toEqual(before);
  });
});
