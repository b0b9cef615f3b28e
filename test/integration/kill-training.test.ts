import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../../src-main/db/runs.ts';
import { done } from '../support/built-cli.ts';
import { importAll, killAndResume, killed, undisturbed } from '../support/kill-and-resume.ts';
import { openWriter } from '../support/temp-workspace.ts';

/** `npm run bench -- kill` does the same at a hundred moments. */
describe.skipIf(process.platform !== 'linux')('kill -9 in the middle of training', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'atelier-kill-'));
  beforeAll(() => importAll(workspace));
  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  it.each(killed.map((one, i) => ({ ...one, seed: 11 + i })))(
    'of a $name: resumed, it ends bit for bit as if nothing had happened',
    async ({ seed, ...one }) => {
      const whole = await undisturbed(workspace, one);
      const run = await killAndResume(workspace, one, whole, seed, 2);
      process.stderr.write(`${one.name}: killed at ${JSON.stringify(run.kills)}\n`);
      expect(run.values).toBe(whole.values);
      expect(run.curves).toBe(whole.curves);
    },
  );

  it('loses no run: their folders alone make the database again', async () => {
    const before = openWriter(workspace);
    const known = listRuns(before).map(({ id, name, status, bestEpoch, metrics }) => ({
      id,
      name,
      status,
      bestEpoch,
      metrics,
    }));
    before.close();
    expect(known).toHaveLength(2 * killed.length);
    for (const file of readdirSync(workspace).filter((name) => name.startsWith('atelier.db')))
      rmSync(join(workspace, file));
    rmSync(join(workspace, 'backups'), { recursive: true, force: true });
    const { lines, stderr } = await done(workspace, 'runs', 'list', '--json');
    expect(stderr).toMatch(/was missing/);
    expect(lines).toHaveLength(known.length);
    const after = openWriter(workspace);
    const made = listRuns(after).map(({ id, name, status, bestEpoch, metrics }) => ({
      id,
      name,
      status,
      bestEpoch,
      metrics,
    }));
    after.close();
    expect(made).toEqual(known);
  });
});
