import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utilityEnv } from '../../src-main/jobs/utility-env.ts';
import type { UtilityPath } from '../../src-main/jobs/utility.ts';
import type { StudioEvent } from '../../src-main/shared/contract.ts';
import type { Gap } from '../../src-main/shared/device.ts';
import { atelier } from '../support/fake-host.ts';
import { openFakeStudio, until } from '../support/fake-studio.ts';
import type { Behaviour } from '../support/send-file.ts';
import { libraries, providerPackage, providerServer, providerVersion } from '../support/provider-package.ts';
import { repository, tempFolder } from '../support/temp-workspace.ts';

const archive = providerPackage();
/** A machine of the test's own; what downloads is the real thing. */
const utility: UtilityPath = (kind) =>
  join(repository, kind === 'provider' ? 'src-main/utility/provider.ts' : 'test/support/utilities/devices.mjs');

const before = { ...process.env };
let data: string;
beforeEach(() => {
  data = tempFolder();
  process.env.XDG_DATA_HOME = data;
});
afterEach(() => {
  process.env = { ...before };
});

/** The machine lacks this for CUDA, and the feed behaves so. */
async function given(gap: Gap | null, behaviours?: Behaviour[]) {
  const found = { device: 'cuda', name: 'good', memory: null, driver: 'nvidia 550.1', gap };
  process.env.FAKE_DEVICES = JSON.stringify([{ ...found, device: 'cpu', gap: null }, found]);
  const server = await providerServer(archive, { behaviours });
  process.env.ATELIER_NUGET_FEED = server.feed;
  const folder = join(data, 'atelier', 'onnxruntime', providerVersion);
  return { ...server, folder };
}
const doctor = (args: string[], interruptWhen?: RegExp) =>
  atelier(tempFolder(), ['doctor', ...args], interruptWhen, utility);

describe.runIf(process.platform === 'linux')('atelier doctor --get-cuda', () => {
  it('tells what it is, from where, and how large, and gets nothing', async () => {
    const { folder } = await given('cuda_no_package');
    const { code, stdout } = await doctor(['--get-cuda']);
    expect(code).toBe(0);
    expect(stdout).toContain(`CUDA provider ${providerVersion} from 127.0.0.1`);
    expect(stdout).toMatch(/a download of \d+[.]\d KB/);
    expect(stdout).toContain(folder);
    expect(stdout).toContain('To get it: atelier doctor --get-cuda --yes');
    const { lines } = await doctor(['--get-cuda', '--json']);
    expect(lines).toEqual([
      {
        event: 'offered',
        version: providerVersion,
        bytes: archive.length,
        have: 0,
        host: expect.stringContaining('127.0.0.1') as string,
        folder,
        lacks: expect.toBeOneOf([null, expect.stringContaining('NVIDIA')]) as string | null,
      },
    ]);
    expect(existsSync(folder)).toBe(false);
  });

  it('with --yes downloads and installs it, and then says that it is there', async () => {
    const { folder, asked } = await given('cuda_old_package');
    const { code, lines, stderr } = await doctor(['--get-cuda', '--yes', '--json']);
    expect([code, lines.map(({ event }) => event)]).toEqual([0, ['offered', 'installed']]);
    expect(stderr).toMatch(/Downloading .* KB/);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(Object.keys(libraries)));
    expect(asked).toHaveLength(1);

    const again = await doctor(['--get-cuda', '--yes']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain(`is installed in ${folder}`);
    expect(asked).toHaveLength(1);
  });

  it('is stopped by Ctrl-C', async () => {
    const { folder } = await given('cuda_no_package', [{ silentAfter: 100_000 }]);
    const { code, stderr } = await doctor(['--get-cuda', '--yes'], /Downloading/);
    expect([code, stderr]).toEqual([1, expect.stringContaining('error: cancelled')]);
    expect(existsSync(folder)).toBe(false);
  });

  it.each(['cuda_no_adapter', 'cuda_old_driver'] as const)(
    'asks nobody where it would be of no use: %s',
    async (gap) => {
      const { asked } = await given(gap);
      const { code, stderr } = await doctor(['--get-cuda', '--yes']);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`error: ${gap}: `)]);
      expect(asked).toEqual([]);
    },
  );

  it('that brings another file fails, and leaves nothing', async () => {
    const { folder } = await given('cuda_no_package', [{ body: Buffer.alloc(archive.length) }]);
    const { code, stderr } = await doctor(['--get-cuda', '--yes']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('error: wrong_hash: ')]);
    expect(readdirSync(dirname(folder))).toEqual([]);
  });

  it('is what --yes belongs to', async () => {
    const { code, stderr } = await doctor(['--yes']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--get-cuda')]);
  });
});

describe.runIf(process.platform === 'linux')('the window’s download', () => {
  it('is a job that tells how far it is, and after which the devices are looked at anew', async () => {
    const { folder } = await given('cuda_no_package');
    const { studio, utilities } = openFakeStudio(tempFolder(), utility);
    expect((await studio.devices.survey()).devices[1]).toMatchObject({ status: 'missing', gap: 'cuda_no_package' });
    expect(await studio.devices.offerProvider()).toMatchObject({ bytes: archive.length, have: 0, installed: false });
    const events: StudioEvent[] = [];
    studio.onEvent((event) => events.push(event));
    const reader = utilities[0].pid;
    const { job, result } = await studio.devices.getProvider();
    expect(await result).toMatchObject({ installed: true, folder });
    expect(studio.jobs.get(job)).toMatchObject({ kind: 'provider', status: 'finished' });
    expect(events).toContainEqual({ type: 'changed', noun: 'devices' });
    const stages = events.flatMap((event) =>
      event.type === 'jobs' ? event.jobs.flatMap(({ progress }) => progress?.stage ?? []) : [],
    );
    // So small a package may be past a stage before it is told of.
    expect(['downloading', 'checking', 'writing'].some((stage) => stages.includes(stage))).toBe(true);
    await studio.devices.survey();
    expect(utilities.at(-1)!.pid).not.toBe(reader);
    await studio.close();
  });

  it('can be cancelled, and goes on where it was: also from the command line', async () => {
    const { folder, asked } = await given('cuda_no_package', [{ silentAfter: 100_000 }]);
    const { studio } = openFakeStudio(tempFolder(), utility);
    const { job, result } = await studio.devices.getProvider();
    await until(() => (studio.jobs.get(job).progress?.done ?? 0) > 0);
    studio.jobs.cancel(job);
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(folder)).toBe(false);
    await studio.close();
    expect((await doctor(['--get-cuda'])).stdout).toMatch(/of which \d+[.]\d KB are here already/);
    expect((await doctor(['--get-cuda', '--yes'])).code).toBe(0);
    expect(asked[1].range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(existsSync(folder)).toBe(true);
  });

  it('is refused where it would be of no use', async () => {
    await given('cuda_no_driver');
    const { studio } = openFakeStudio(tempFolder(), utility);
    await expect(studio.devices.getProvider()).rejects.toMatchObject({ code: 'cuda_no_driver' });
    await expect(studio.devices.offerProvider()).rejects.toMatchObject({ code: 'cuda_no_driver' });
    await studio.close();
  });
});

describe('a utility’s environment', () => {
  it('names the folder of the provider for this version of the runtime, but to the one that fills it', () => {
    expect(utilityEnv('train').ATELIER_ONNXRUNTIME).toMatch(
      new RegExp(`onnxruntime.${providerVersion.replaceAll('.', '[.]')}$`),
    );
    expect(utilityEnv('train')).not.toHaveProperty('NODE_USE_ENV_PROXY');
    expect(utilityEnv('provider')).toMatchObject({ NODE_USE_ENV_PROXY: '1', ORT_DISABLE_TELEMETRY: '1' });
    expect(utilityEnv('provider').ATELIER_ONNXRUNTIME).toBeUndefined();
  });
});
