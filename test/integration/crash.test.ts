import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getSeries } from '../../src-main/db/curves.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import { done, samples, startAtelier, type Running } from '../support/built-cli.ts';
import { until } from '../support/fake-studio.ts';
import { childrenOf, isAlive } from '../support/processes.ts';
import { openWriter, tempFolder } from '../support/temp-workspace.ts';

const iris = join(samples, 'iris.csv');
const forever = ['train', '--data', 'iris', '--epochs', '10000', '--threads', '1', '--json'];

/** A training that goes on until it is stopped; resolves once it has measured something. */
async function training(folder: string): Promise<Running & { run: RunId }> {
  const running = startAtelier(folder, forever);
  void running.ended.then(({ stderr }) => (running.said.stderr = stderr));
  await until(() => running.said.stdout.includes('validation/'), 60_000);
  const [first] = running.said.stdout.split('\n');
  return { ...running, run: (JSON.parse(first) as { run: RunId }).run };
}

describe.skipIf(process.platform !== 'linux')('kill -9', () => {
  it('of the trainer fails the run with its log, and the command ends with 1', async () => {
    const folder = tempFolder();
    await done(folder, 'import', iris);
    const { child, ended, run } = await training(folder);
    const trainer = childrenOf(child.pid!).at(-1)!;
    process.kill(trainer, 'SIGKILL');
    const { code, stderr, lines } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: process_died: .*SIGKILL/);
    expect(lines.at(-1)).toMatchObject({ event: 'failed', run, code: 'process_died' });
    const store = openWriter(folder);
    expect(getSeries(store, run).length).toBeGreaterThan(0);
    expect(store.integrity()).toBe('ok');
    store.close();
  });

  it('of the owner, at five moments, loses no run and leaves the database whole', async () => {
    const folder = tempFolder();
    await done(folder, 'import', iris);
    const runs: RunId[] = [];
    for (const wait of [0, 70, 180, 330, 620]) {
      const { child, ended, run } = await training(folder);
      runs.push(run);
      await new Promise((resolve) => setTimeout(resolve, wait));
      const trainers = childrenOf(child.pid!);
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
      // The trainer notices that its owner is gone.
      await until(() => trainers.every((pid) => !isAlive(pid)), 5000);
    }
    const { lines, stderr } = await done(folder, 'runs', 'list', '--json');
    expect(lines.map((line) => line.run)).toEqual(runs.reverse());
    expect(lines.every((line) => line.status === 'interrupted')).toBe(true);
    expect(stderr).toMatch(/1 job was cut short/);
    const store = openWriter(folder);
    expect(store.integrity()).toBe('ok');
    for (const run of runs) expect(getSeries(store, run).length).toBeGreaterThan(0);
    store.close();
  });
});

describe('Ctrl-C', () => {
  it('cancels the run and ends within two seconds', async () => {
    const folder = tempFolder();
    await done(folder, 'import', iris);
    const { child, ended, run } = await training(folder);
    const begun = Date.now();
    child.kill('SIGINT');
    const { code, stderr, lines } = await ended;
    expect(Date.now() - begun).toBeLessThan(3000);
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: cancelled: /);
    expect(lines.at(-1)).toMatchObject({ event: 'cancelled', run });
  });
});
