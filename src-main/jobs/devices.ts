import { availableParallelism } from 'node:os';
import { hasOtherDevices, putDeviceTest } from '../db/devices.ts';
import {
  bestSpeed,
  deviceTitles,
  familyOf,
  fastestDevice,
  type DeviceFacts,
  type DeviceTest,
} from '../shared/device.ts';
import type { DevicesFound } from '../shared/reading.ts';
import type { DevicesReport, ProviderOffer } from '../shared/work/devices.ts';
import type { DeviceName } from '../shared/run.ts';
import { defaultThreads } from '../shared/training-defaults.ts';
import type { Context } from './context.ts';
import { planTests, testWithinMs } from './device-plan.ts';
import { storedTest, surveyDevices } from './device-survey.ts';
import { machineName, runtimeVersion } from './machine.ts';
import { askForProvider, checkUse } from './provider.ts';
import type { Reader } from './reader.ts';
import { dividedThreads } from './slots.ts';
import type { DeviceAsked } from './train-settings.ts';
import type { SpawnUtility } from './utility.ts';
import { providerFolder } from './utility-env.ts';
import type { Started } from './work.ts';

/** The machine's devices: what there is, what tests of them found, and which one a run should take. */
export class Devices {
  readonly #context: Pick<Context, 'store' | 'queue' | 'events'>;
  readonly #reader: Reader;
  readonly #spawn: SpawnUtility;
  #found: DeviceFacts[] | null = null;

  constructor(context: Pick<Context, 'store' | 'queue' | 'events'>, reader: Reader, spawn: SpawnUtility) {
    this.#context = context;
    this.#reader = reader;
    this.#spawn = spawn;
  }

  async survey(): Promise<DevicesReport> {
    return surveyDevices(await this.#find(), this.#spawn, this.#context.store);
  }

  /** To be awaited before `choose` may answer with anything but the processor. At once where nothing else was ever tested. */
  async know(): Promise<void> {
    if (!this.#found && hasOtherDevices(this.#context.store)) await this.#find();
  }

  /** What `auto` and 0 threads stand for, by what was measured on this machine; nothing measured: the processor, and the usual threads. */
  choose(architecture: string, asked: DeviceAsked): { device: DeviceName; threads: number } {
    const family = familyOf(architecture);
    const cpu: DeviceFacts = { device: 'cpu', name: null, memory: null, driver: null, gap: null };
    const others = (this.#found ?? []).filter(({ device }) => device !== 'cpu');
    const tests = [cpu, ...others]
      .flatMap((facts) => storedTest(this.#context.store, facts) ?? [])
      .filter(({ status }) => status === 'passed');
    const threads = bestSpeed(
      tests.find(({ device }) => device === 'cpu'),
      family,
    )?.threads;
    const { atOnce, machine } = this.#context.queue;
    return {
      device: asked.device === 'auto' ? fastestDevice(tests, family) : asked.device,
      threads:
        asked.threads || dividedThreads(threads ?? defaultThreads(availableParallelism()), atOnce, machine.cores),
    };
  }

  /** Looks for devices, then queues the test of each. */
  async test(): Promise<Started<DeviceTest[]>> {
    const { found } = await this.#find();
    const { store, queue, events } = this.#context;
    const names = new Map(found.map((facts) => [facts.device, machineName(facts)]));
    const { params, next, progress, titles } = planTests(found);
    return queue.submit({
      kind: 'selftest',
      title: titles.map((device) => deviceTitles[device]).join(', '),
      params,
      within: testWithinMs,
      next,
      progress,
      finished(tests) {
        for (const test of tests) putDeviceTest(store, names.get(test.device)!, test);
      },
      settled: () => events.emit({ type: 'changed', noun: 'devices' }),
    });
  }

  async offerProvider(): Promise<ProviderOffer> {
    const { found } = await this.#find();
    return askForProvider(found, this.#spawn);
  }

  /** Downloads and installs CUDA's provider, going on from where an earlier download stopped. */
  async getProvider(): Promise<Started<ProviderOffer>> {
    const { found } = await this.#find();
    checkUse(found);
    const { queue, events } = this.#context;
    return queue.submit({
      kind: 'provider',
      title: `CUDA (ONNX Runtime ${runtimeVersion()})`,
      params: { folder: providerFolder(), install: true },
      settled: () => {
        // It has loaded the library that knows no provider.
        this.#reader.restart();
        events.emit({ type: 'changed', noun: 'devices' });
      },
    });
  }

  async #find(): Promise<DevicesFound> {
    const all = await this.#reader.devices();
    this.#found = all.found;
    return all;
  }
}
