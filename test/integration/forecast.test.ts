import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { architectureOf, architectures } from '../../src-main/architectures/index.ts';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import { Studio } from '../../src-main/jobs/studio.ts';
import type { SpawnUtility } from '../../src-main/jobs/utility.ts';
import { findPlaces } from '../../src-main/paths.ts';
import type { StudioEvent, TrainRequest } from '../../src-main/shared/contract.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import type { FromUtility } from '../../src-main/shared/work.ts';
import type { TrainResult } from '../../src-main/shared/work/train.ts';
import { Random } from '../../src-main/shared/random.ts';
import type { SettingValue } from '../../src-main/shared/run.ts';
import { samples } from '../support/built-cli.ts';
import { until } from '../support/fake-studio.ts';

const glyphs = ['train-images-idx3', 'train-labels-idx1', 'test-images-idx3', 'test-labels-idx1'].map((name) =>
  join(samples, 'glyphs', `${name}-ubyte.gz`),
);

/** Waves of three lengths, 64 numbers each. */
function writeWaves(path: string): string {
  const random = new Random(1);
  const row = (_: unknown, i: number): string => {
    const phase = random.below(100) / 100;
    const wave = Array.from({ length: 64 }, (_, t) => Math.sin(t * (0.1 + 0.1 * (i % 3)) + phase).toFixed(4));
    return [...wave, `k${i % 3}`].join(',');
  };
  const head = [...Array.from({ length: 64 }, (_, t) => `t${t}`), 'kind'].join(',');
  writeFileSync(path, [head, ...Array.from({ length: 1500 }, row)].join('\n'));
  return path;
}

/** The same processes as a run's, and what they say at their end. */
describe('a forecast', () => {
  let folder: string;
  let studio: Studio;
  let data: Record<'glyphs' | 'waves', VersionId>;
  const results: TrainResult[] = [];
  const listening = (spawn: SpawnUtility): SpawnUtility => {
    return (kind) => {
      const handle = spawn(kind);
      if (kind === 'train') {
        handle.onMessage((message) => {
          const told = message as FromUtility;
          if (told.type === 'result') results.push(told.value as TrainResult);
        });
      }
      return handle;
    };
  };

  beforeAll(async () => {
    const places = findPlaces();
    folder = mkdtempSync(join(tmpdir(), 'atelier-forecast-'));
    studio = Studio.open({
      folder,
      migrations: places.migrations,
      appVersion: '0.0.0-test',
      owner: 'a test',
      architectures,
      spawnUtility: listening(spawnWithNode(places.utility)),
    });
    const version = async (paths: string[]): Promise<VersionId> =>
      (await studio.datasets.import({ paths }).result).version;
    data = { glyphs: await version(glyphs), waves: await version([writeWaves(join(folder, 'waves.csv'))]) };
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const request = (
    of: keyof typeof data,
    architecture: string,
    own: Record<string, SettingValue>,
    change: Partial<TrainRequest>,
  ): TrainRequest => ({
    version: data[of],
    architecture,
    architectureSettings: own,
    ...architectureOf(architecture).training,
    seed: 1,
    device: 'cpu',
    threads: 2,
    epochs: 1000,
    ...change,
  });

  /** Stopped once it has seen enough of its life: two validations, or some seconds of an epoch that takes long. */
  async function peakOf(asked: TrainRequest): Promise<{ peak: number; secondsPerEpoch: number | null }> {
    const validations: number[] = [];
    const deaf = studio.onEvent((event: StudioEvent) => {
      if (event.type !== 'metrics') return;
      for (const { key, time } of event.points) if (key === 'validation/loss') validations.push(time);
    });
    const begun = Date.now();
    const { run, job, result } = studio.runs.start(asked);
    await until(() => studio.jobs.get(job).status !== 'queued');
    await until(() => validations.length >= 3 || Date.now() - begun > 10_000, 60_000);
    studio.runs.stopEarly(run);
    await result;
    deaf();
    const [first, second] = validations;
    return { peak: results.at(-1)!.peakMemoryBytes, secondsPerEpoch: second === undefined ? null : second - first };
  }

  it.each([
    ['glyphs', 'mlp', { hidden: '1024,1024' }, { batchSize: 256 }],
    ['glyphs', 'cnn', {}, { batchSize: 256 }],
    ['glyphs', 'resnet', { depth: '8' }, { batchSize: 64 }],
    ['waves', 'transformer', {}, { batchSize: 128 }],
  ] as const)(
    'of %s, %s: memory is right to 30 %% of what comes on top of the bare process',
    async (of, architecture, own, change) => {
      const asked = request(of, architecture, own, change);
      const { peakMemory, ownMemory, secondsPerEpoch, freeMemory } = await studio.training.forecast(asked);
      const real = await peakOf(asked);
      const [expected, got] = [peakMemory.expected - ownMemory, real.peak - ownMemory];
      const told = `${(expected / 1e6).toFixed(0)} MB forecast, ${(got / 1e6).toFixed(0)} MB measured`;
      expect(got).toBeGreaterThan(20e6);
      expect(Math.abs(expected / got - 1), told).toBeLessThan(0.3);
      expect(freeMemory).toBeGreaterThan(peakMemory.high);
      // Whatever else the machine does: of the right size.
      if (real.secondsPerEpoch) {
        expect(secondsPerEpoch!.expected / real.secondsPerEpoch).toBeGreaterThan(0.1);
        expect(secondsPerEpoch!.expected / real.secondsPerEpoch).toBeLessThan(10);
      }
      expect(studio.runs.list().filter(({ status }) => status !== 'finished')).toEqual([]);
    },
  );

  it.runIf(freemem() < 30e9)('of what may not fit is reckoned, and not tried', async () => {
    const asked = request('glyphs', 'cnn', { channels: '256,256', hidden: '16' }, { batchSize: 4500 });
    const begun = Date.now();
    const forecast = await studio.training.forecast(asked);
    expect(forecast.secondsPerEpoch).toBeNull();
    expect(forecast.peakMemory.expected).toBeGreaterThan(0.7 * forecast.freeMemory);
    expect(Date.now() - begun).toBeLessThan(20_000);
  });

  it('ends within 2 s when it is of no use any more', async () => {
    const asking = studio.training.forecast(request('glyphs', 'resnet', { depth: '14' }, {}));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const begun = Date.now();
    studio.training.cancelForecast();
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
    expect(Date.now() - begun).toBeLessThan(2000);
  });
});
