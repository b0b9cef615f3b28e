import type { Node, ValueInfo, ValueType } from '../onnx/types.ts';
import { writeModel } from '../onnx/write.ts';
import type { DeviceName } from '../shared/run.ts';
import { Session, type SessionOptions, type Value, type Values } from './session.ts';

/**
 * Whether tensors can stay on a device from call to call: onnxruntime-node (1.30) has them for WebGPU only. There the processor runs a
 * Scan, and what it carries goes to and fro in every step, so that several steps a call save nothing. On CUDA it is the other way round.
 */
export const keepsTensors = (device: DeviceName): boolean => device === 'webgpu';

/** What can lie there: the types that WebGPU computes in. */
export const canKeep = (device: DeviceName, { type }: Pick<ValueType, 'type'>): boolean =>
  keepsTensors(device) && (type === 'float' || type === 'int32');

/**
 * Tensors on a device, and the ways there and back. A session that is told to leave its outputs there (`preferredOutputLocation`)
 * makes new ones in each call, whatever it is given to write into; any other reads them and writes into them as into an array. The
 * binding itself copies nothing: `Tensor.fromGpuBuffer` takes only what it made, and `getData` ends the process ("not implemented",
 * thrown where nothing catches it). So Identity nodes do.
 */
export class DeviceMemory {
  readonly #maker: Session;
  readonly #copier: Session;
  readonly #names: readonly { readonly from: string; readonly to: string }[];
  readonly #made: Value[] = [];

  private constructor(maker: Session, copier: Session, count: number) {
    this.#maker = maker;
    this.#copier = copier;
    this.#names = namesOf(count);
  }

  /** For tensors of these types and shapes, in this order. */
  static async open(types: readonly ValueType[], options: SessionOptions): Promise<DeviceMemory> {
    const model = identities(types);
    const maker = await Session.open(model, { ...options, leaveOutputs: true });
    try {
      return new DeviceMemory(maker, await Session.open(model, options), types.length);
    } catch (error) {
      await maker.close();
      throw error;
    }
  }

  /** New tensors with these values. */
  async make(values: readonly Value[]): Promise<Value[]> {
    const results = await this.#maker.run(this.#feeds(values));
    const made = this.#names.map(({ to }) => results[to]);
    this.#made.push(...made);
    return made;
  }

  async write(into: readonly Value[], values: readonly Value[]): Promise<void> {
    await this.#copier.run(this.#feeds(values), Object.fromEntries(this.#names.map(({ to }, i) => [to, into[i]])));
  }

  /** Copies in this process. */
  async read(from: readonly Value[]): Promise<Value[]> {
    const results = await this.#copier.run(this.#feeds(from));
    return this.#names.map(({ to }) => results[to]);
  }

  /** Sessions that use the tensors end after this. */
  async close(): Promise<void> {
    for (const tensor of this.#made) tensor.dispose();
    await this.#maker.close();
    await this.#copier.close();
  }

  #feeds(values: readonly Value[]): Values {
    return Object.fromEntries(this.#names.map(({ from }, i) => [from, values[i]]));
  }
}

const namesOf = (count: number) => Array.from({ length: count }, (_, i) => ({ from: `from${i}`, to: `to${i}` }));

function identities(types: readonly ValueType[]): Uint8Array {
  const names = namesOf(types.length);
  const ends = (end: 'from' | 'to') =>
    names.map((name, i): ValueInfo => ({ name: name[end], type: types[i].type, shape: types[i].shape }));
  const nodes = names.map(({ from, to }): Node => {
    return { name: to, op: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: {} };
  });
  return writeModel({
    irVersion: 8,
    opsets: { '': 18 },
    producer: 'atelier',
    metadata: {},
    graph: {
      name: 'copy',
      inputs: ends('from'),
      outputs: ends('to'),
      initializers: new Map(),
      nodes,
      values: new Map(),
    },
  });
}
