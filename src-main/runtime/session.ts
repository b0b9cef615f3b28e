import type * as Ort from 'onnxruntime-node';
import type { DataType, NumericArray, Tensor } from '../onnx/types.ts';
import { AtelierError, errorFromFacts, isOutOfMemory, outOfMemory } from '../shared/errors.ts';
import type { DeviceName } from '../shared/run.ts';
import { cudaComplaint, loadCudaLibraries } from './cuda-libraries.ts';
import { ort } from './ort.ts';

// The native library reads this when the first session is opened (not when it is loaded): no word leaves this machine.
process.env.ORT_DISABLE_TELEMETRY = '1';
// Errors are thrown as well; without this each is also printed by a global logger that no session option reaches.
ort.env.logLevel = 'fatal';

/** A tensor as ONNX Runtime holds it: a view, not a copy, of the typed array it was made from. */
export type Value = Ort.Tensor;
export type Values = Record<string, Value>;

export interface SessionOptions {
  device: DeviceName;
  /** Intra-op threads. CPU results repeat bit for bit at the same number only. */
  threads: number;
  /** Outputs are left on the device, which must keep tensors (`DeviceMemory`). */
  leaveOutputs?: boolean;
}

/** What a session says of an input or output; symbolic axes are their names. */
export interface SessionPort {
  name: string;
  type: DataType;
  shape: (number | string)[];
}

const toOrtType = (type: DataType): Ort.Tensor.Type =>
  type === 'float' ? 'float32' : type === 'double' ? 'float64' : (type as Ort.Tensor.Type);
const fromOrtType = (type: Ort.Tensor.Type): DataType =>
  type === 'float32' ? 'float' : type === 'float64' ? 'double' : (type as DataType);

export function valueOf(type: DataType, shape: readonly number[], data: NumericArray | readonly string[]): Value {
  return new ort.Tensor(toOrtType(type), data as Ort.Tensor.DataType, shape);
}

/** Floats of 16 bits as their bits. */
export const dataOf = (value: Value): NumericArray => value.data as NumericArray;

export function tensorOf(value: Value): Tensor {
  return { type: fromOrtType(value.type), shape: value.dims, data: value.data as NumericArray | readonly string[] };
}

/** One opened model. `run` blocks this process's thread until it is done, whatever its promise suggests. */
export class Session {
  readonly inputs: readonly SessionPort[];
  readonly outputs: readonly SessionPort[];
  readonly #session: Ort.InferenceSession;
  #closed = false;

  private constructor(session: Ort.InferenceSession) {
    this.#session = session;
    this.inputs = session.inputMetadata.map(portOf);
    this.outputs = session.outputMetadata.map(portOf);
  }

  /**
   * From bytes wherever one can: by a path a hostile model reaches other files through external data.
   * @param model its bytes, or its path where its values lie in files of their own, which were looked at first (`requireOutside`)
   */
  static async open(model: Uint8Array | string, options: SessionOptions): Promise<Session> {
    if (options.device === 'cuda') loadCudaLibraries();
    try {
      const session = await ort.InferenceSession.create(model as Uint8Array, {
        // What the device has no kernel for runs on the CPU.
        executionProviders: options.device === 'cpu' ? ['cpu'] : [options.device, 'cpu'],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...(options.leaveOutputs ? { preferredOutputLocation: 'gpu-buffer' as const } : {}),
        // Adam's moments of parameters that no longer get a gradient (pixels that are always black) decay into subnormal numbers after
        // ~800 steps, on which CPUs compute many times slower: an MLP on Fashion-MNIST ran at half speed. ONNX Runtime sets this for the
        // calling thread once, from the first session a process opens; so every session asks for it.
        extra: { session: { set_denormal_as_zero: '1' } },
      });
      return new Session(session);
    } catch (error) {
      failIfOutOfMemory(error);
      const complaint = options.device === 'cuda' ? cudaComplaint() : null;
      throw new AtelierError(
        'session_failed',
        `ONNX Runtime could not open the model on device "${options.device}": ${messageOf(error)}${complaint ? `: ${complaint}` : ''}`,
      );
    }
  }

  /** With `fetches`, outputs are written into those tensors, which must not be among the feeds: ONNX Runtime would not notice. */
  async run(feeds: Values, fetches?: Values): Promise<Values> {
    try {
      return fetches ? await this.#session.run(feeds, fetches) : await this.#session.run(feeds);
    } catch (error) {
      failIfOutOfMemory(error);
      throw new AtelierError('run_failed', `ONNX Runtime failed while running the model: ${messageOf(error)}`);
    }
  }

  /** May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.release();
  }
}

function portOf(metadata: Ort.InferenceSession.ValueMetadata): SessionPort {
  // Sequences and maps (scikit-learn's ZipMap): told apart by a type that nothing here feeds or reads.
  if (!metadata.isTensor) return { name: metadata.name, type: 'string', shape: [] };
  return { name: metadata.name, type: fromOrtType(metadata.type), shape: [...metadata.shape] };
}

function failIfOutOfMemory(error: unknown): void {
  if (isOutOfMemory(messageOf(error))) throw errorFromFacts(outOfMemory(messageOf(error)));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
