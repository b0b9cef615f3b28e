// What a program needs to know to drive a compiled step, as plain JSON, and the starting values as files beside it.

import { subgraphsOf } from '../onnx/subgraphs.ts';
import { bytesOf, numbersOf } from '../onnx/tensors.ts';
import type { DataType, Graph, Tensor } from '../onnx/types.ts';
import type { CarriedValue, StepInput, StepOutput, TrainingStep } from './types.ts';

/** Element types as NumPy and ONNX Runtime's JavaScript spell them. */
const typeNames: Partial<Record<DataType, string>> = { float: 'float32', double: 'float64' };
const typeName = (type: DataType): string => typeNames[type] ?? type;

interface Port {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

interface Carried extends Port {
  /** Fed under this name … */
  readonly input: string;
  /** … and fetched under this one, to be fed again. */
  readonly output: string;
  /** Every element's value before the first step, where they are all the same. */
  readonly initial?: number;
  /** Else the values: raw, little-endian, row-major; a path relative to the step's file. */
  readonly initialFile?: string;
}

export interface StepContract {
  readonly steps_per_call: number;
  readonly inputs: readonly (Port & { readonly role: StepInput['role'] })[];
  readonly parameters: readonly Carried[];
  readonly state: readonly (Carried & { readonly kind: string })[];
  readonly outputs: readonly (Port & { readonly role: StepOutput['role'] })[];
  readonly nodes: number;
}

export interface DescribedStep {
  readonly contract: StepContract;
  /** Path (relative, with `/`) → content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** `folder`: where the values go, relative to the step's file. */
export function describeStep(step: TrainingStep, folder: string): DescribedStep {
  const files = new Map<string, Uint8Array>();
  const store = (name: string, value: Tensor): string => {
    const readable = name.replace(/[^\w.-]+/g, '_').slice(-60);
    const path = `${folder}/${String(files.size + 1).padStart(4, '0')}-${readable}.bin`;
    files.set(path, bytesOf(value));
    return path;
  };
  const carried = ({ name, input, output, type, shape }: CarriedValue) => ({
    name,
    input,
    output,
    type: typeName(type),
    shape,
  });
  const port = <Role>({
    name,
    role,
    type,
    shape,
  }: {
    name: string;
    role: Role;
    type: DataType;
    shape: Port['shape'];
  }) => ({
    name,
    role,
    type: typeName(type),
    shape,
  });
  const contract: StepContract = {
    steps_per_call: step.stepsPerCall,
    inputs: step.inputs.map(port),
    parameters: step.parameters.map((value) => ({ ...carried(value), initialFile: store(value.name, value.initial) })),
    state: step.state.map((value) => {
      const elements = numbersOf(value.initial);
      const first = elements[0] ?? 0;
      const initial = elements.every((element) => element === first)
        ? { initial: first }
        : { initialFile: store(value.name, value.initial) };
      return { ...carried(value), kind: value.kind, ...initial };
    }),
    outputs: step.outputs.map(port),
    nodes: nodesOf(step.model.graph),
  };
  return { contract, files };
}

/** Operators, those inside of Scans and Ifs included. */
const nodesOf = (graph: Graph): number =>
  graph.nodes.reduce((sum, node) => subgraphsOf(node).reduce((more, [, inner]) => more + nodesOf(inner), sum + 1), 0);
