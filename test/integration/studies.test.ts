import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRuns } from '../../src-main/db/runs.ts';
import { getStudy, listStudies, listTrials } from '../../src-main/db/studies.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { StoredTrial } from '../../src-main/shared/study.ts';
import { isAlive } from '../support/processes.ts';
import { migrationsFolder, openWriter, repository, tempFolder } from '../support/temp-workspace.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Owner {
  child: ChildProcess;
  /** Of trainings, in the order begun. */
  trainers: number[];
  errors: () => string;
}

function own(folder: string, workers: number, trials: number): Owner {
  const script = join(repository, 'test/support/own-and-tune.mjs');
  const child = spawn(process.execPath, [script, folder, migrationsFolder, String(workers), String(trials)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const trainers: number[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean))
      trainers.push((JSON.parse(line) as { trainer: number }).trainer);
  });
  return { child, trainers, errors: () => errors };
}

async function ended({ child, errors }: Owner): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.signalCode === null && child.exitCode !== 0) throw new Error(errors());
}

function outcome(folder: string) {
  const store = openWriter(folder);
  try {
    expect(store.integrity()).toBe('ok');
    const [{ id }] = listStudies(store);
    return { study: getStudy(store, id), trials: listTrials(store, id), runs: listRuns(store) };
  } finally {
    store.close();
  }
}

const tried = (trials: readonly StoredTrial[]) =>
  trials.map(({ params, values, reports, why }) => [params, values, reports, why]);

describe.skipIf(process.platform !== 'linux')('kill -9 in the middle of a study', () => {
  it('loses, doubles and hangs none of 40 trials of 4 workers, kills of trainers and of the whole app', async () => {
    const folder = tempFolder();
    const random = new Random(7, 0, 0);
    let owner = own(folder, 4, 40);
    const kills = { app: 0, trainer: 0 };
    while (kills.app + kills.trainer < 8) {
      const begun = owner.trainers.length;
      while (owner.trainers.length < begun + 2 && owner.child.exitCode === null) await wait(5);
      await wait(random.below(150));
      if (owner.child.exitCode !== null) break;
      if (random.below(3) === 0) {
        kills.trainer++;
        const victim = owner.trainers.at(-1)!;
        if (isAlive(victim)) process.kill(victim, 'SIGKILL');
      } else {
        kills.app++;
        owner.child.kill('SIGKILL');
        await ended(owner);
        owner = own(folder, 4, 40);
      }
    }
    await ended(owner);
    expect(kills.app).toBeGreaterThan(2);

    const { study, trials, runs } = outcome(folder);
    expect(study).toMatchObject({ status: 'finished', reason: { code: 'trials_done', trials: 40 } });
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    // Each has a run of its own, and there are no others.
    expect(new Set(trials.map(({ run }) => run)).size).toBe(40);
    expect(runs.map(({ id }) => id).sort()).toEqual(trials.map(({ run }) => run!).sort());
    for (const trial of trials) {
      // Whose own process the lot has hit three times is marked, and not tried for ever.
      if (trial.ended?.code === 'crashed') {
        expect(trial).toMatchObject({ state: 'failed', tries: 3 });
        expect(kills.trainer).toBeGreaterThan(2);
        continue;
      }
      expect(trial).toMatchObject({ state: 'complete', endedAt: expect.any(Number) });
      const expected = 1 - Math.abs(Math.log10(trial.params.lr as number) + 2) / 10;
      expect(trial.values![0]).toBeCloseTo(expected, 12);
      expect(runs.find(({ id }) => id === trial.run)).toMatchObject({
        status: 'finished',
        settings: { learningRate: trial.params.lr, batchSize: trial.params.batch },
      });
    }
  }, 120_000);

  it('of one worker changes nothing of what is tried and found', async () => {
    const [whole, killed] = [tempFolder(), tempFolder()];
    await ended(own(whole, 1, 14));
    let owner = own(killed, 1, 14);
    for (let kill = 0; kill < 3; kill++) {
      while (owner.trainers.length < 3 && owner.child.exitCode === null) await wait(5);
      await wait(40 * kill);
      owner.child.kill('SIGKILL');
      await once(owner.child, 'exit');
      owner = own(killed, 1, 14);
    }
    await ended(owner);
    expect(tried(outcome(killed).trials)).toEqual(tried(outcome(whole).trials));
  }, 120_000);
});
