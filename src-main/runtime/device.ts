import { availableParallelism, cpus, totalmem } from 'node:os';
import { dataTypes } from '../onnx/tensors.ts';
import type { DataType, Model, Node } from '../onnx/types.ts';
import { writeModel } from '../onnx/write.ts';
import { deviceNames, type DeviceFacts, type Gap } from '../shared/device.ts';
import { AtelierError } from '../shared/errors.ts';
import type { DevicesFound } from '../shared/reading.ts';
import type { DeviceName } from '../shared/run.ts';
import { defaultThreads } from '../shared/training-defaults.ts';
import { fastestFirst, type Adapter } from './adapters/adapter.ts';
import { cudaGap, linuxAdapters, softwareVulkan, webGpuGap, type ProviderState } from './adapters/linux.ts';
import { openGpuGauge, type GpuGauge } from './gpu-gauge.ts';
import { macAdapters } from './adapters/macos.ts';
import { windowsAdapters } from './adapters/windows.ts';
import { runtimeFolder } from './library.ts';
import { ort } from './ort.ts';
import { hasProvider, olderProviders } from './provider/installed.ts';
import { Session, valueOf } from './session.ts';

/** What this machine has, as far as it can be told without opening a device: that may crash the process it is tried in. */
export async function findDevices(): Promise<DevicesFound> {
  const listed = new Set(ort.listSupportedBackends().map((backend) => backend.name));
  const adapters = fastestFirst(await adaptersHere());
  const cores = availableParallelism();
  return {
    onnxruntime: ort.env.versions.node ?? '',
    cores,
    threads: defaultThreads(cores),
    found: deviceNames.map((device) => factsOf(device, listed.has(device), adapters)),
  };
}

function adaptersHere(): Promise<Adapter[]> {
  if (process.platform === 'linux') return linuxAdapters();
  if (process.platform === 'win32') return windowsAdapters();
  return process.platform === 'darwin' ? macAdapters() : Promise.resolve([]);
}

/** What tells how busy the GPU is that a training on this device works on; null where nothing does. */
export async function gpuGaugeHere(device: DeviceName): Promise<GpuGauge | null> {
  if (device === 'cpu') return null;
  const adapters = device === 'cuda' ? 1 : (await adaptersHere()).length;
  return openGpuGauge(device, { root: '/', env: process.env, adapters });
}

function factsOf(device: DeviceName, listed: boolean, adapters: readonly Adapter[]): DeviceFacts {
  if (device === 'cpu') return { device, name: cpus()[0]?.model ?? null, memory: totalmem(), driver: null, gap: null };
  if (!listed) return { device, name: null, memory: null, driver: null, gap: 'other_platform' };
  const adapter = device === 'cuda' ? adapters.find(({ vendor }) => vendor === 'nvidia') : adapters[0];
  // Where it has no memory of its own it shares the machine's.
  const memory = adapter ? (adapter.memory ?? totalmem()) : null;
  const software = device === 'webgpu' && !adapter && process.platform === 'linux' ? softwareVulkan() : null;
  const [name, driver] = [adapter?.name ?? software, adapter?.driver ?? null];
  return { device, name, memory, driver, gap: gapOf(device, adapters) };
}

function gapOf(device: DeviceName, adapters: readonly Adapter[]): Gap | null {
  if (process.platform === 'linux') {
    if (device === 'webgpu') return webGpuGap(adapters);
    if (device === 'cuda') return cudaGap(adapters, providerState());
  }
  return adapters.length === 0 ? 'no_adapter' : null;
}

function providerState(): ProviderState {
  if (hasProvider(runtimeFolder())) return 'present';
  const folder = process.env.ATELIER_ONNXRUNTIME;
  return folder && olderProviders(folder).length > 0 ? 'older' : 'none';
}

/** The least a device must do: opens a session on it and computes two numbers. Errors: session_failed, run_failed, device_wrong. */
export async function tryDevice(device: DeviceName): Promise<void> {
  const session = await Session.open(writeModel(probe), { device, threads: 1 });
  try {
    const { y } = await session.run({ x: valueOf('float', [2], new Float32Array([-1, 2])) });
    if (y.data[0] !== 0 || y.data[1] !== 2) {
      throw new AtelierError(
        'device_wrong',
        `The device computes wrongly: max(0, [-1, 2]) gave [${y.data.join(', ')}].`,
      );
    }
  } finally {
    await session.close();
  }
}

/** Whether the device can compute on numbers of 16 bits. Errors: no_half_precision, session_failed. */
export async function tryHalf(device: DeviceName): Promise<void> {
  const session = await Session.open(writeModel(halfProbe), { device, threads: 1 });
  try {
    const { y } = await session.run({ x: valueOf('float', [2], new Float32Array([-1, 2])) });
    if (y.data[0] !== 0 || y.data[1] !== 2) throw new Error(`max(0, [-1, 2]) gave [${y.data.join(', ')}]`);
  } catch (error) {
    throw new AtelierError(
      'no_half_precision',
      `The device ${device} does not compute on numbers of 16 bits (${(error as Error).message}). Train with precision single.`,
    );
  } finally {
    await session.close();
  }
}

const probe: Model = {
  irVersion: 8,
  opsets: { '': 17 },
  producer: 'atelier',
  metadata: {},
  graph: {
    name: 'probe',
    inputs: [{ name: 'x', type: 'float', shape: [2] }],
    outputs: [{ name: 'y', type: 'float', shape: [2] }],
    initializers: new Map(),
    nodes: [{ name: 'relu', op: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    values: new Map(),
  },
};

const cast = (from: string, to: string, type: DataType): Node => {
  const attributes: Node['attributes'] = { to: { kind: 'int', value: dataTypes[type].code } };
  return { name: to, op: 'Cast', domain: '', inputs: [from], outputs: [to], attributes };
};
const halfProbe: Model = {
  ...probe,
  graph: {
    ...probe.graph,
    nodes: [
      cast('x', 'narrow', 'float16'),
      { name: 'relu', op: 'Relu', domain: '', inputs: ['narrow'], outputs: ['kept'], attributes: {} },
      cast('kept', 'y', 'float'),
    ],
  },
};
