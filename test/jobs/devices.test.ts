import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { threadCounts } from '../../src-main/jobs/device-plan.ts';
import { JobLog } from '../../src-main/jobs/job-log.ts';
import { machineName } from '../../src-main/jobs/machine.ts';
import { runUtility } from '../../src-main/jobs/run-utility.ts';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import type { Studio } from '../../src-main/jobs/studio.ts';
import type { StudioEvent } from '../../src-main/shared/contract.ts';
import type { DeviceFacts } from '../../src-main/shared/device.ts';
import type { JobId } from '../../src-main/shared/ids.ts';
import type { DeviceChoice } from '../../src-main/shared/run.ts';
import { defaultThreads } from '../../src-main/shared/training-defaults.ts';
import { atelier } from '../support/fake-host.ts';
import { openFakeStudio, trainRequest, until } from '../support/fake-studio.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';

const utility = join(repository, 'test/support/utilities/devices.mjs');
const facts = (device: DeviceFacts['device'], name: string, change: Partial<DeviceFacts> = {}): DeviceFacts => ({
  device,
  name,
  memory: null,
  driver: 'driver 1',
  gap: null,
  ...change,
});
const machine = (...found: DeviceFacts[]): void => void (process.env.FAKE_DEVICES = JSON.stringify(found));
afterEach(() => void delete process.env.FAKE_DEVICES);

const choice = async (studio: Studio, architecture: string, device: DeviceChoice = 'auto', threads = 0) => {
  await studio.devices.know();
  return studio.devices.choose(architecture, { device, threads });
};
const usual = defaultThreads(availableParallelism());

describe('a test of the devices', () => {
  it('tells of each what it found, also of one that takes its process along, and keeps it', async () => {
    machine(
      facts('cpu', 'good'),
      facts('webgpu', 'crashes'),
      facts('cuda', 'wrong'),
      facts('dml', 'never asked', { gap: 'other_platform' }),
      facts('coreml', 'fast'),
    );
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder, utility);
    const events: StudioEvent[] = [];
    studio.onEvent((event) => events.push(event));
    const { job, result } = await studio.devices.test();
    expect(studio.jobs.get(job)).toMatchObject({ kind: 'selftest', title: 'CPU, WebGPU, CUDA, Core ML' });
    const tests = await result;
    expect(tests.map(({ device, status }) => `${device} ${status}`)).toEqual([
      'cpu passed',
      'webgpu failed',
      'cuda failed',
      'coreml passed',
    ]);
    // Its last words, and nobody else's.
    expect(tests[1].reason).toEqual({
      code: 'device_crashed',
      message: 'It crashed: the process that tried it was ended by SIGSEGV.',
      details: ['adapter lost; giving up'],
    });
    expect(events).toContainEqual({ type: 'changed', noun: 'devices' });
    const shares = events.flatMap((event) =>
      event.type === 'jobs'
        ? event.jobs.flatMap(({ progress }) => (progress ? progress.done / progress.total : []))
        : [],
    );
    expect(shares).toEqual([...shares].sort((a, b) => a - b));

    const report = await studio.devices.survey();
    expect(report.providers).toEqual(['cpu', 'coreml']);
    expect(report.devices.map(({ device, status }) => `${device} ${status}`)).toEqual([
      'cpu passed',
      'webgpu failed',
      'cuda failed',
      'dml missing',
      'coreml passed',
    ]);
    expect(report.devices[4].test).toEqual(tests[3]);
    await studio.close();

    const again = openFakeStudio(folder, utility).studio;
    expect((await again.devices.survey()).devices[1]).toMatchObject({ status: 'failed', reason: tests[1].reason });
    await again.close();
  });

  it('is cancelled, and leaves what was known', async () => {
    machine(facts('cpu', 'good'), facts('webgpu', 'hangs'));
    const { studio } = openFakeStudio(tempFolder(), utility);
    const { job, result } = await studio.devices.test();
    await until(() => studio.jobs.get(job).progress?.stage === 'testing webgpu');
    studio.jobs.cancel(job);
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(studio.jobs.get(job).status).toBe('cancelled');
    expect((await studio.devices.survey()).devices[0]).toMatchObject({ status: 'untested', test: null });
    await studio.close();
  });

  it('of a device that never answers is ended', async () => {
    const log = new JobLog(join(tempFolder(), 'log.txt'));
    const params = { devices: [facts('webgpu', 'hangs')], threads: [1] };
    const start = { job: 'job_0' as JobId, kind: 'selftest' as const, params, within: 700 };
    const { outcome } = runUtility(spawnWithNode(() => utility)('selftest'), start, { log });
    expect(await outcome).toMatchObject({ status: 'failed', error: { code: 'process_silent' } });
  });
});

describe('devices that were never tested', () => {
  it('are tried for a moment, each in a process of its own', async () => {
    machine(
      facts('cpu', 'good'),
      facts('webgpu', 'crashes'),
      facts('cuda', 'crashes', { gap: 'cuda_no_package' }),
      facts('coreml', 'good'),
    );
    const { studio, utilities } = openFakeStudio(tempFolder(), utility);
    const { devices, providers } = await studio.devices.survey();
    expect(providers).toEqual(['cpu', 'coreml']);
    expect(devices.map(({ status, reason }) => [status, reason?.code ?? null])).toEqual([
      ['untested', null],
      ['failed', 'device_crashed'],
      ['missing', 'cuda_no_package'],
      ['untested', null],
    ]);
    // The reader, and one for each that could be opened.
    expect(utilities).toHaveLength(3);
    await studio.close();
  });
});

describe('what a run is given', () => {
  it('is the processor and the usual threads, before anything was measured', async () => {
    machine(facts('cpu', 'good'));
    const { studio, utilities } = openFakeStudio(tempFolder(), utility);
    expect(await choice(studio, 'cnn')).toEqual({ device: 'cpu', threads: usual });
    expect(await choice(studio, 'cnn', 'cuda', 3)).toEqual({ device: 'cuda', threads: 3 });
    expect(utilities).toHaveLength(0);
    await studio.close();
  });

  it('is the fastest device that passed, and the fastest number of threads', async () => {
    machine(facts('cpu', 'good'), facts('webgpu', 'slow'), facts('cuda', 'wrong'), facts('coreml', 'fast'));
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder, utility);
    await (
      await studio.devices.test()
    ).result;
    const most = threadCounts(availableParallelism()).at(-1)!;
    expect(await choice(studio, 'mlp')).toEqual({ device: 'coreml', threads: 1 });
    expect(await choice(studio, 'cnn', 'cpu')).toEqual({ device: 'cpu', threads: most });
    expect(await choice(studio, 'cnn', 'webgpu', 7)).toEqual({ device: 'webgpu', threads: 7 });
    await studio.close();

    // Another driver: what the old one did says nothing.
    machine(facts('cpu', 'good'), facts('coreml', 'fast', { driver: 'driver 2' }));
    const later = openFakeStudio(folder, utility).studio;
    expect(await choice(later, 'mlp')).toEqual({ device: 'cpu', threads: 1 });
    expect((await later.devices.survey()).devices[1]).toMatchObject({ status: 'untested', test: null });
    await later.close();
  });
});

describe('a machine’s name', () => {
  it('holds processor, cores and runtime; for others their adapter and driver too', () => {
    const cpu = machineName(facts('cpu', 'whatever'));
    expect(cpu).toContain(`${availableParallelism()} cores`);
    expect(cpu).toMatch(/onnxruntime \d+\.\d+/);
    expect(cpu).not.toContain('whatever');
    const gpu = machineName(facts('cuda', 'RTX 1'));
    expect(gpu).toContain('RTX 1 · driver 1');
    expect(gpu).not.toBe(machineName(facts('cuda', 'RTX 1', { driver: 'driver 2' })));
  });
  it.each([
    [1, [1]],
    [2, [1, 2]],
    [6, [1, 2, 4, 6]],
    [64, [1, 2, 4, 8, 16]],
  ])('with %d cores is measured with so many threads', (cores, counts) => expect(threadCounts(cores)).toEqual(counts));
});

describe('a run whose device fails', () => {
  async function trained(device: DeviceChoice) {
    const { studio } = openFakeStudio(tempFolder());
    const events: StudioEvent[] = [];
    studio.onEvent((event) => events.push(event));
    const { version } = await studio.datasets.import({ paths: ['/data/quick'] }).result;
    const started = studio.runs.start({ ...trainRequest(version, 'loses-its-device'), device });
    return { studio, started, events };
  }

  it.each([
    ['webgpu', 'process_died'],
    ['cuda', 'run_failed'],
  ] as const)('%s goes on on the processor, and says so', async (device, code) => {
    const { studio, started, events } = await trained(device);
    const run = await started.result;
    expect(run).toMatchObject({
      status: 'finished',
      error: null,
      settings: { device },
      metrics: { 'test/resumed': 1 },
      fallback: { from: device, reason: { code } },
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'device-failed', run: started.run, device }));
    expect(studio.runFiles.log(started.run)).toMatch(
      /failed: .*\n(.*\n)*.*goes on from its last checkpoint on the CPU/,
    );
    expect(studio.jobs.get(started.job).status).toBe('finished');
    await studio.close();
  });

  it.each([
    ['dml', 'session_failed'],
    ['coreml', 'diverged'],
  ] as const)('%s ends where another device would not help: %s', async (device, code) => {
    const { studio, started } = await trained(device);
    await expect(started.result).rejects.toMatchObject({ code });
    expect(studio.runs.get(started.run)).toMatchObject({ status: 'failed', fallback: null });
    await studio.close();
  });
});

describe('atelier doctor --benchmark', () => {
  const found = [facts('cpu', 'good'), facts('webgpu', 'crashes'), facts('dml', 'none', { gap: 'other_platform' })];

  it('prints one record per device of this system, and keeps the results', async () => {
    machine(...found);
    const folder = tempFolder();
    const { code, lines, stderr } = await atelier(folder, ['doctor', '--benchmark', '--json'], undefined, utility);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const most = threadCounts(availableParallelism()).at(-1)!;
    expect(lines).toEqual([
      {
        device: 'cpu',
        name: 'good',
        status: 'passed',
        reason: null,
        samples_per_second: { mlp: 100, cnn: 100 * most },
        threads: expect.any(Number) as number,
        largest_difference: 0,
        speeds: expect.any(Array) as unknown[],
      },
      expect.objectContaining({
        device: 'webgpu',
        status: 'failed',
        reason: expect.stringContaining('SIGSEGV') as string,
        samples_per_second: { mlp: null, cnn: null },
        threads: null,
        largest_difference: null,
      }),
    ]);
    const { lines: doctor } = await atelier(folder, ['doctor', '--json'], undefined, utility);
    expect(doctor[0]).toMatchObject({ providers: ['cpu'] });
    expect(doctor[0].devices).toMatchObject([{ status: 'passed' }, { status: 'failed' }, { status: 'missing' }]);
  });

  it('works beside the window, without keeping them', async () => {
    machine(...found);
    const folder = tempFolder();
    const { studio } = openFakeStudio(folder, utility);
    const { code, lines, stderr } = await atelier(folder, ['doctor', '--benchmark', '--json'], undefined, utility);
    expect(code).toBe(0);
    expect(lines).toHaveLength(2);
    expect(stderr).toContain('not kept');
    expect((await studio.devices.survey()).devices[0].test).toBeNull();
    await studio.close();
  });

  it('fails where the processor itself does', async () => {
    machine(facts('cpu', 'wrong'));
    const { code, stderr } = await atelier(tempFolder(), ['doctor', '--benchmark'], undefined, utility);
    expect(code).toBe(1);
    expect(stderr).toContain('error: device_wrong');
  });
});
