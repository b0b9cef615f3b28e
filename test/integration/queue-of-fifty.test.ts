import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import type { StartedRun } from '../../src-main/jobs/runs.ts';
import { Studio } from '../../src-main/jobs/studio.ts';
import type { UtilityHandle } from '../../src-main/jobs/utility.ts';
import { findPlaces } from '../../src-main/paths.ts';
import type { TrainRequest } from '../../src-main/shared/contract.ts';
import type { RunId, VersionId } from '../../src-main/shared/ids.ts';
import type { ToUtility } from '../../src-main/shared/work.ts';
import { samples } from '../support/built-cli.ts';
import { until } from '../support/fake-studio.ts';
import { tempFolder } from '../support/temp-workspace.ts';

function request(version: VersionId, change: Partial<TrainRequest> = {}): TrainRequest {
  return {
    version,
    architecture: 'linear',
    architectureSettings: {},
    epochs: 2,
    batchSize: 32,
    optimizer: 'adam',
    learningRate: 0.01,
    seed: 1,
    device: 'cpu',
    threads: 1,
    ...change,
  };
}

const canLimit = process.platform === 'linux';

/** As on a machine that has no more: the net of this test takes several times as much. */
function leaveLittleMemory(pid: number): void {
  if (!canLimit) return;
  const used = 1024 * Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
  execFileSync('prlimit', ['--pid', String(pid), `--data=${used + 100e6}`]);
}

describe('a queue of fifty short trainings with failures in between', () => {
  it('ends with every run in a true state, for a true reason', async () => {
    const { migrations, utility } = findPlaces();
    const spawn = spawnWithNode(utility);
    const trainers = new Map<RunId, UtilityHandle>();
    const folder = tempFolder();
    const studio = Studio.open({
      folder,
      migrations,
      appVersion: '0.0.0-test',
      owner: 'a test',
      architectures,
      atOnce: 3,
      spawnUtility(kind) {
        const handle = spawn(kind);
        return {
          ...handle,
          get pid() {
            return handle.pid;
          },
          post(message) {
            const told = message as ToUtility;
            if (told.type === 'start' && told.kind === 'train') {
              trainers.set(told.params.run, handle);
              if (told.params.settings.architecture === 'mlp') leaveLittleMemory(handle.pid!);
            }
            handle.post(message);
          },
        };
      },
    });
    const iris = [join(samples, 'iris.csv')];
    const { version } = await studio.datasets.import({ paths: iris }).result;
    const { id: length } = await studio.datasets.withTarget(version, 'petal_length');
    const lost = await studio.datasets.import({ paths: iris, name: 'lost', target: 'species' }).result;
    const gone = await studio.datasets.withSplit(lost.version, { seed: 99, validation: 0.3, test: 0.3 });

    studio.jobs.hold(true);
    const wanted: Record<string, string> = {};
    const started: StartedRun[] = [];
    const long: StartedRun[] = [];
    for (let i = 0; i < 50; i++) {
      const name = String(i);
      const kind = i === 27 ? 'hungry' : ({ 3: 'diverges', 5: 'lost', 8: 'killed' }[i % 10] ?? 'fine');
      wanted[name] =
        {
          diverges: 'failed diverged',
          lost: 'failed blob_missing',
          killed: 'failed process_died',
          hungry: canLimit ? 'failed out_of_memory' : 'finished',
        }[kind] ?? 'finished';
      const own = {
        // A step a hundred times too long makes a squared error grow without end.
        diverges: request(length, { name, optimizer: 'sgd', learningRate: 100, schedule: 'constant', epochs: 30 }),
        lost: request(gone.id, { name }),
        killed: request(version, { name, epochs: 10_000 }),
        hungry: request(version, {
          name,
          architecture: 'mlp',
          architectureSettings: { hidden: '3000,3000' },
          epochs: 1,
        }),
        fine: request(version, { name, seed: i }),
      }[kind]!;
      const run = studio.runs.start(own);
      started.push(run);
      if (kind === 'killed') long.push(run);
    }
    rmSync(join(folder, 'blobs', gone.manifest.blobs.split!.slice(0, 2), gone.manifest.blobs.split!));
    studio.jobs.hold(false);
    for (const { run } of long) {
      await until(() => studio.runs.get(run).bestEpoch !== null, 120_000);
      expect(studio.jobs.active.filter((job) => job.status === 'running').length).toBeLessThanOrEqual(3);
      // As the system does when memory runs out.
      process.kill(trainers.get(run)!.pid!, 'SIGKILL');
      await until(() => studio.runs.get(run).status !== 'running');
    }
    await Promise.allSettled(started.map(({ result }) => result));

    const stateOf = (of: Studio) =>
      Object.fromEntries(
        of.runs.list().map(({ name, status, error }) => [name, [status, error?.code].filter(Boolean).join(' ')]),
      );
    expect(stateOf(studio)).toEqual(wanted);
    for (const { name, status, error, startedAt, finishedAt, bestEpoch } of studio.runs.list()) {
      expect([name, startedAt! <= finishedAt!]).toEqual([name, true]);
      if (status === 'finished') expect([name, bestEpoch !== null]).toEqual([name, true]);
      const reasons = {
        diverged: /the training diverged\. Lower the learning rate/,
        process_died: /SIGKILL.*memory runs out/,
        out_of_memory: /not enough memory .*smaller batch/,
      };
      const reason = reasons[error?.code as keyof typeof reasons] ?? (error ? /blobs/ : null);
      if (reason) expect(error!.message).toMatch(reason);
    }
    expect(studio.jobs.active).toEqual([]);
    await studio.close();
    // So it stays.
    const later = Studio.open({
      folder,
      migrations,
      appVersion: '0.0.0-test',
      owner: 'a test',
      architectures,
      spawnUtility: spawn,
    });
    expect(stateOf(later)).toEqual(wanted);
    await later.close();
  });
});
