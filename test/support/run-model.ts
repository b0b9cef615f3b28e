// Runs a Model in a plain ONNX Runtime session: the file bytes are what is tested, not the object.

import * as ort from 'onnxruntime-node';
import './runtime-first.ts';
import { dataTypes, zeros } from '../../src-main/onnx/tensors.ts';
import type { DataType, Model, Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import type { Device } from '../../src-main/autodiff/types.ts';

const ortTypes: Partial<Record<DataType, ort.Tensor.Type>> = { float: 'float32', double: 'float64' };
const toOrt = (type: DataType): ort.Tensor.Type => ortTypes[type] ?? (type as ort.Tensor.Type);
const fromOrt = (type: ort.Tensor.Type): DataType =>
  type === 'float32' ? 'float' : type === 'float64' ? 'double' : (type as DataType);

export type Values = Record<string, Tensor>;

export interface OpenModel {
  run(feeds: Values): Promise<Values>;
}

/** Whether what is compiled for WebGPU is to run there (the test stage `webgpu`) rather than, as a spelling, on the CPU. */
export const onWebGpu = process.env.ATELIER_TEST_WEBGPU === '1';

/** What tests compile for: each device with lowerings of its own. */
export const devices: readonly Device[] = onWebGpu ? ['webgpu'] : ['cpu', 'webgpu'];

/** Of cases for one device each, those that are to run. */
export const onDevices = <Case extends readonly [Device, ...unknown[]]>(cases: readonly Case[]): readonly Case[] =>
  cases.filter(([device]) => devices.includes(device));

/** `device`: what the model was compiled for. */
export async function openModel(model: Model, device: Device = 'cpu'): Promise<OpenModel> {
  const session = await ort.InferenceSession.create(writeModel(model), {
    executionProviders: device === 'webgpu' && onWebGpu ? ['webgpu'] : ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    async run(feeds) {
      const inputs = Object.entries(feeds).map(([name, { type, shape, data }]) => {
        return [name, new ort.Tensor(toOrt(type), data as Float32Array, [...shape])];
      });
      const results = await session.run(Object.fromEntries(inputs));
      return Object.fromEntries(
        Object.entries(results).map(([name, value]): [string, Tensor] => {
          const type = fromOrt(value.type);
          const copy = zeros(type, value.dims);
          const bytes = dataTypes[type].array!.BYTES_PER_ELEMENT;
          if (copy.data.byteLength !== value.size * bytes) throw new Error(`${name} has the wrong size`);
          (copy.data as Float32Array).set(value.data as Float32Array);
          return [name, copy];
        }),
      );
    },
  };
}

export async function runModel(model: Model, feeds: Values, device?: Device): Promise<Values> {
  return (await openModel(model, device)).run(feeds);
}
