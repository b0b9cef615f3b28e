import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import type { Model } from '../onnx/types.ts';
import { writeModel } from '../onnx/write.ts';
import type { DevicesReport } from '../shared/job.ts';
import type { DeviceName } from '../shared/run.ts';
import { defaultThreads } from '../shared/training-defaults.ts';
import { Session, valueOf } from './session.ts';

const deviceNames: readonly DeviceName[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'];

/** What can be trained on here: each listed provider counts only once it has opened a session and computed with it. */
export async function describeDevices(): Promise<DevicesReport> {
  const listed = ort.listSupportedBackends().map((backend) => backend.name);
  const providers: string[] = [];
  for (const device of deviceNames) {
    if (listed.includes(device) && (await works(device))) providers.push(device);
  }
  const cores = availableParallelism();
  return {
    onnxruntime: ort.env.versions.node ?? '',
    providers,
    cores,
    threads: defaultThreads(cores),
  };
}

async function works(device: DeviceName): Promise<boolean> {
  try {
    const session = await Session.open(writeModel(probe), { device, threads: 1 });
    try {
      const { y } = await session.run({ x: valueOf('float', [2], new Float32Array([-1, 2])) });
      return y.data[0] === 0 && y.data[1] === 2;
    } finally {
      await session.close();
    }
  } catch {
    return false;
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
