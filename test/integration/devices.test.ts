import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import { Studio } from '../../src-main/jobs/studio.ts';
import type { SpawnUtility, UtilityHandle } from '../../src-main/jobs/utility.ts';
import { findPlaces } from '../../src-main/paths.ts';
import type { StudioEvent, TrainRequest } from '../../src-main/shared/contract.ts';
import type { ToUtility } from '../../src-main/shared/work.ts';
import { done, samples } from '../support/built-cli.ts';
import { until } from '../support/fake-studio.ts';
import { tempFolder } from '../support/temp-workspace.ts';

const glyphs = ['train-images-idx3', 'train-labels-idx1', 'test-images-idx3', 'test-labels-idx1'].map((name) =>
  join(samples, 'glyphs', `${name}-ubyte.gz`),
);

describe('atelier doctor --benchmark', () => {
  it('tests the real devices of this machine, in a minute', async () => {
    const folder = tempFolder();
    const begun = Date.now();
    const { lines } = await done(folder, 'doctor', '--benchmark', '--json');
    expect(Date.now() - begun).toBeLessThan(120_000);
    const cpu = lines.find(({ device }) => device === 'cpu') as {
      samples_per_second: Record<string, number>;
      speeds: { threads: number }[];
    };
    expect(cpu).toMatchObject({ status: 'passed', reason: null, threads: expect.any(Number) as number });
    expect(cpu.samples_per_second.mlp).toBeGreaterThan(cpu.samples_per_second.cnn);
    for (const line of lines) {
      expect(['passed', 'failed', 'missing']).toContain(line.status);
      if (line.status === 'passed') expect(line.largest_difference).toBeLessThan(0.01);
      else expect(line.reason).toMatch(/\w/);
    }
    expect(cpu.speeds.map(({ threads }) => threads)).toContain(1);
    const doctor = (await done(folder, 'doctor', '--json')).lines[0] as {
      devices: { device: string; status: string }[];
    };
    expect(doctor.devices.find(({ device }) => device === 'cpu')?.status).toBe('passed');
  });
});

describe('a run whose device dies in mid-run', () => {
  it('ends with the very weights of one that was never disturbed', async () => {
    const places = findPlaces();
    const real = spawnWithNode(places.utility);
    const trainers: UtilityHandle[] = [];
    /** The trainer is told "cpu" where the run says "webgpu": a device that works on any machine until the test ends it. */
    const spawnUtility: SpawnUtility = (kind) => {
      const handle = real(kind);
      if (kind !== 'train') return handle;
      trainers.push(handle);
      return {
        ...handle,
        get pid() {
          return handle.pid;
        },
        post(message) {
          const start = message as ToUtility;
          if (start.type === 'start' && start.kind === 'train') {
            const { settings } = start.params;
            return handle.post({ ...start, params: { ...start.params, settings: { ...settings, device: 'cpu' } } });
          }
          handle.post(message);
        },
      };
    };
    const { migrations } = places;
    const owner = 'a test';
    const studio = Studio.open({
      folder: tempFolder(),
      migrations,
      appVersion: '0.0.0-test',
      owner,
      architectures,
      spawnUtility,
    });
    const events: StudioEvent[] = [];
    studio.onEvent((event) => events.push(event));
    const { version } = await studio.datasets.import({ paths: glyphs }).result;
    const request: TrainRequest = {
      version,
      architecture: 'mlp',
      architectureSettings: {},
      epochs: 30,
      batchSize: 32,
      optimizer: 'adam',
      learningRate: 0.001,
      seed: 1,
      device: 'webgpu',
      threads: 1,
    };
    const disturbed = studio.runs.start(request);
    await until(
      async () => (await studio.metrics.series([disturbed.run])).some(({ key }) => key === 'validation/loss'),
      90_000,
    );
    trainers[0].kill();
    const ended = await disturbed.result;
    expect(trainers).toHaveLength(2);
    expect(ended).toMatchObject({ status: 'finished', fallback: { from: 'webgpu', reason: { code: 'process_died' } } });
    expect(events.filter(({ type }) => type === 'device-failed')).toHaveLength(1);
    expect(studio.runFiles.log(disturbed.run)).toContain('goes on from its last checkpoint on the CPU');
    const lines = readFileSync(join(studio.runFiles.folder(disturbed.run), 'run.jsonl'), 'utf8').split('\n');
    const starts = lines
      .filter((line) => line.includes('"type":"start"'))
      .map((line) => JSON.parse(line) as { step: number });
    expect(starts).toHaveLength(2);
    expect(starts[1].step).toBeGreaterThan(0);

    const quiet = studio.runs.start({ ...request, device: 'cpu' });
    const undisturbed = await quiet.result;
    const best = (run: typeof quiet.run): Buffer =>
      readFileSync(join(studio.runFiles.folder(run), 'checkpoints', 'best.safetensors'));
    const weights = (bytes: Buffer): Buffer => bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
    expect(weights(best(disturbed.run)).equals(weights(best(quiet.run)))).toBe(true);
    expect(ended.metrics['test/loss']).toBe(undisturbed.metrics['test/loss']);
    await studio.close();
  });
});
